import * as barchart from '@grafana/grafana-foundation-sdk/barchart'
import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  GraphDrawStyle,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common'
import * as heatmap from '@grafana/grafana-foundation-sdk/heatmap'
import * as stat from '@grafana/grafana-foundation-sdk/stat'
import * as statetimeline from '@grafana/grafana-foundation-sdk/statetimeline'
import * as table from '@grafana/grafana-foundation-sdk/table'
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries'
import * as xychart from '@grafana/grafana-foundation-sdk/xychart'
import type { Panel } from '../catalog/panel.ts'

const legend = () => new VizLegendOptionsBuilder().showLegend(true)

const tooltip = () => new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending)

/** The builder for the picture, with what belongs to that kind of picture alone. */
export function pictureOf(panel: Panel) {
  if (panel.kind === 'timeseries') return overTime(panel)
  switch (panel.viz) {
    case 'stat':
      return number()
    case 'bars':
    case 'histogram':
      return barsOf(panel)
    case 'scatter':
      return scatter(panel)
    default:
      return new table.PanelBuilder()
  }
}

function number() {
  return new stat.PanelBuilder()
    .graphMode(BigValueGraphMode.None)
    .colorMode(BigValueColorMode.None)
    .textMode(BigValueTextMode.Auto)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).fields('').values(false))
}

function barsOf(panel: Panel) {
  return new barchart.PanelBuilder()
    .legend(legend())
    .tooltip(tooltip())
    .showValue(VisibilityMode.Auto)
    .stacking(panel.stacked === true ? StackingMode.Normal : StackingMode.None)
}

/** Across and up are the first two numbers. */
function scatter(panel: Panel) {
  const [across = '', up = ''] = Object.entries(panel.columns ?? {})
    .filter(([, look]) => look.unit !== undefined)
    .map(([name]) => name)
  return new xychart.PanelBuilder()
    .legend(legend())
    .mapping(xychart.SeriesMapping.Manual)
    .series([
      new xychart.XYSeriesConfigBuilder()
        .x({ matcher: { id: 'byName', options: across } })
        .y({ matcher: { id: 'byName', options: up } }),
    ])
}

function overTime(panel: Panel) {
  if (panel.viz === 'heatmap') return new heatmap.PanelBuilder().calculate(false).showLegend()
  if (panel.viz === 'states')
    return new statetimeline.PanelBuilder()
      .legend(legend())
      .tooltip(tooltip())
      .showValue(VisibilityMode.Never)
      .mergeValues(false)
      .perPage(20)
  const lines = new timeseries.PanelBuilder()
    .legend(legend())
    .tooltip(tooltip())
    .spanNulls(false)
    .showPoints(VisibilityMode.Auto)
    .drawStyle(panel.viz === 'bars' ? GraphDrawStyle.Bars : GraphDrawStyle.Line)
    .fillOpacity(panel.stacked === true || panel.viz === 'bars' ? 60 : 0)
  if (panel.stacked !== true) return lines
  return lines.stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'))
}
