import { alertGroups } from '../alerts/all.ts'
import type { Rule } from '../alerts/rule.ts'
import { panels } from '../catalog/catalog.ts'
import { idOf } from './panel.ts'
import { clickHouseQuery, datasourceType } from './query.ts'

/** Rules refer to the data source by this id: no variable is read in them. */
export const datasourceUid = 'sidelight-clickhouse'
export const folder = 'Sidelight'

/** In the shape of provisioning files, which the SDK does not build. */
export function alertingFile() {
  return {
    apiVersion: 1,
    groups: Object.entries(alertGroups).map(([name, rules]) => ({
      orgId: 1,
      name: `sidelight-${name}`,
      folder,
      interval: '1m',
      rules: rules.map(ruleOf),
    })),
  }
}

function ruleOf(rule: Rule) {
  const panel = panels.find(({ id }) => id === rule.panel)
  if (panel === undefined) throw new Error(`${rule.uid} points to a panel that is not there: ${rule.panel}`)
  return {
    uid: rule.uid,
    title: rule.title,
    condition: 'C',
    data: [query(rule), threshold(rule)],
    noDataState: rule.whenEmpty === 'alert' ? 'Alerting' : 'OK',
    execErrState: 'Error',
    for: rule.lasting,
    keepFiringFor: '10m',
    annotations: {
      summary: rule.summary,
      description: rule.todo,
      __dashboardUid__: panel.board,
      __panelId__: String(idOf(panel)),
    },
    labels: { severity: rule.severity, product: 'sidelight' },
    isPaused: false,
  }
}

function query({ sql }: Rule) {
  const datasource = { type: datasourceType, uid: datasourceUid }
  const model = { ...clickHouseQuery(sql, 'table', datasource), intervalMs: 60_000, maxDataPoints: 43_200 }
  return { refId: 'A', relativeTimeRange: { from: 600, to: 0 }, datasourceUid, model }
}

function threshold({ fires }: Rule) {
  const evaluator =
    'above' in fires ? { type: 'gt', params: [fires.above] } : { type: 'lt', params: [fires.below] }
  const model = {
    refId: 'C',
    type: 'threshold',
    datasource: { type: '__expr__', uid: '__expr__' },
    expression: 'A',
    conditions: [{ evaluator }],
  }
  return { refId: 'C', relativeTimeRange: { from: 0, to: 0 }, datasourceUid: '__expr__', model }
}
