import type * as barchart from '@grafana/grafana-foundation-sdk/barchart'
import type { TableFieldOptions } from '@grafana/grafana-foundation-sdk/common'
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import type * as heatmap from '@grafana/grafana-foundation-sdk/heatmap'
import type * as histogram from '@grafana/grafana-foundation-sdk/histogram'
import type * as stat from '@grafana/grafana-foundation-sdk/stat'
import type * as statetimeline from '@grafana/grafana-foundation-sdk/statetimeline'
import type * as timeseries from '@grafana/grafana-foundation-sdk/timeseries'
import type * as xychart from '@grafana/grafana-foundation-sdk/xychart'

/** What Grafana says of a board's file; board-schema.ts derives its schemas from these. */
export interface BoardFile extends Dashboard {}

/** By the type of a panel. */
export interface PanelTypes {
  readonly options: {
    readonly barchart: barchart.Options
    readonly heatmap: heatmap.Options
    readonly histogram: histogram.Options
    readonly stat: stat.Options
    readonly 'state-timeline': statetimeline.Options
    readonly timeseries: timeseries.Options
    readonly xychart: xychart.Options
  }
  readonly fields: {
    readonly barchart: barchart.FieldConfig
    readonly heatmap: heatmap.FieldConfig
    readonly histogram: histogram.FieldConfig
    readonly 'state-timeline': statetimeline.FieldConfig
    readonly table: TableFieldOptions
    readonly timeseries: timeseries.FieldConfig
    readonly xychart: xychart.FieldConfig
  }
}
