import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import {
  type DynamicConfigValue,
  FieldColorBuilder,
  FieldColorModeId,
  type Panel as GrafanaPanel,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard'
import type { ColumnLook, Panel } from '../catalog/panel.ts'
import { grafana } from '../dialects/grafana.ts'
import { type MultiVariable, multiVariables } from '../dialects/variables.ts'
import type { Place } from './layout.ts'
import { drillDown, ofCell, ofSeries } from './links.ts'
import { panelIds } from './panel-ids.ts'
import { pictureOf } from './pictures.ts'
import { ClickHouseTarget, chosenDatasource } from './query.ts'
import { grafanaDecimals, grafanaUnits } from './units.ts'

export function grafanaPanel({ panel, x, y, w, h }: Place): Builder<GrafanaPanel> {
  const picture = pictureOf(panel)
    .id(idOf(panel))
    .title(panel.title)
    .description(descriptionOf(panel))
    .datasource(chosenDatasource)
    .withTarget(new ClickHouseTarget(panel.sql(grafana), panel.kind))
    .gridPos({ x, y, w, h })
    .unit(grafanaUnits[panel.unit])
    .noValue(panel.unit === 'usd' ? 'no price or no data' : 'no data')
    .colorScheme(colors(panel))
    .thresholds(thresholds(panel))
    .overrides(overridesOf(panel))
  const decimals = grafanaDecimals[panel.unit]
  if (decimals !== undefined) picture.decimals(decimals)
  if (panel.leastStep !== undefined) picture.interval(`${panel.leastStep}s`)
  if (panel.by !== undefined) picture.displayName(`\${__field.labels.${panel.by}}`)
  return picture
}

export function idOf(panel: Panel): number {
  const id = panelIds[panel.id]
  if (id === undefined) throw new Error(`${panel.id} has no number in panel-ids.ts`)
  return id
}

export function descriptionOf({ description, filters }: Panel): string {
  const ignored = multiVariables.filter((name) => !filters.includes(name))
  return ignored.length === 0 ? description : `${description} Ignores: ${ignored.join(', ')}.`
}

/** By its name, so that a model has one colour on every board. */
function colors({ viz }: Panel): FieldColorBuilder {
  const isLevel = viz === 'states'
  return new FieldColorBuilder().mode(
    isLevel ? FieldColorModeId.Thresholds : FieldColorModeId.PaletteClassicByName,
  )
}

function thresholds({ viz }: Panel): ThresholdsConfigBuilder {
  const levels = [
    { value: null, color: 'red' },
    { value: 0.8, color: 'orange' },
    { value: 0.99, color: 'green' },
  ]
  const none = [{ value: null, color: 'text' }]
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(viz === 'states' ? levels : none)
}

interface Override {
  matcher: { id: string; options: string }
  properties: DynamicConfigValue[]
}

function overridesOf(panel: Panel): Override[] {
  const columns = Object.entries(panel.columns ?? {}).map(([name, look]) =>
    override(name, columnProperties(look)),
  )
  return [...columns, ...(panel.by === 'status' ? statusColors : []), ...seriesLinks(panel)]
}

const override = (name: string, properties: DynamicConfigValue[]): Override => ({
  matcher: { id: 'byName', options: name },
  properties,
})

function columnProperties({ label, unit, link }: ColumnLook): DynamicConfigValue[] {
  const url = link === undefined ? undefined : drillDown(link.board, link.variable, ofCell)
  return [
    ...(label === undefined ? [] : [{ id: 'displayName', value: label }]),
    ...(unit === undefined || unit === 'text' ? [] : [{ id: 'unit', value: grafanaUnits[unit] }]),
    ...(url === undefined ? [] : [{ id: 'links', value: [{ title: 'Show', url }] }]),
  ]
}

const statusColors = Object.entries({
  ok: 'green',
  error: 'red',
  truncated: 'orange',
  blocked: 'purple',
  client_abort: 'gray',
}).map(([status, fixedColor]) => override(status, [{ id: 'color', value: { mode: 'fixed', fixedColor } }]))

/** From a line to the requests behind it, where its name is something that requests are filtered by. */
function seriesLinks({ by, viz }: Panel): Override[] {
  const variable = multiVariables.find((name): name is MultiVariable => name === by)
  if (variable === undefined || viz === 'heatmap') return []
  const url = drillDown('sidelight-requests', variable, ofSeries(variable))
  const properties = [{ id: 'links', value: [{ title: 'Requests', url }] }]
  return [{ matcher: { id: 'byType', options: 'number' }, properties }]
}
