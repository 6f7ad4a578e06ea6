import {
  AVAILABILITY,
  COUNTED,
  FAILED,
  GOOD,
  NOT_PROVIDERS_FAULT,
  PRIMARY,
} from '../../contract/fragments.ts'
import { numberDefaults } from '../dialects/variables.ts'
import { ago, type Rule } from './rule.ts'

const errorRate: Rule = {
  uid: 'sidelight-error-rate',
  title: 'Requests of a route fail',
  severity: 'critical',
  fires: { above: 0.05 },
  lasting: '5m',
  summary: 'Of {{ .Labels.route }}, a share of {{ .Values.A }} fails',
  todo: 'See which provider fails, and whether the route has another candidate to fall back to.',
  panel: 'overview-outcomes',
  sql: `SELECT route, toFloat64(countIf(${FAILED}) / countIf(${COUNTED})) AS share FROM sidelight.requests
WHERE ts >= ${ago(10)} AND ${PRIMARY} GROUP BY route HAVING countIf(${COUNTED}) >= 20 ORDER BY route`,
}

const { slo_ms, slo_target } = numberDefaults

/** Both windows must burn: the long one shows that it matters, the short one that it still goes on. */
function burnRate(longMinutes: number, shortMinutes: number, least: number): string {
  const burn = (condition: string) =>
    `(1 - countIf(${GOOD} AND duration_ms <= ${slo_ms} AND ${condition}) / nullIf(countIf(${COUNTED} AND ${condition}), 0)) / ${(1 - slo_target).toFixed(4)}`
  return `SELECT route, toFloat64(ifNull(least(${burn('1')}, ${burn(`ts >= ${ago(shortMinutes)}`)}), 0)) AS burn FROM sidelight.requests
WHERE ts >= ${ago(longMinutes)} AND ${PRIMARY} GROUP BY route HAVING countIf(${COUNTED}) >= ${least} ORDER BY route`
}

const slo = {
  todo: 'The promise is 99 % good answers within 8 s. See who adds delay: provider, model, or Sidelight itself.',
  panel: 'latency-burn',
}

const fastBurn: Rule = {
  ...slo,
  uid: 'sidelight-slo-fast-burn',
  title: 'The objective is missed, fast',
  severity: 'critical',
  fires: { above: 14.39 },
  lasting: '2m',
  summary: '{{ .Labels.route }} burns its objective {{ .Values.A }} times too fast, over an hour and now',
  sql: burnRate(60, 5, 50),
}

const slowBurn: Rule = {
  ...slo,
  uid: 'sidelight-slo-slow-burn',
  title: 'The objective is missed, slowly',
  severity: 'warning',
  fires: { above: 5.99 },
  lasting: '15m',
  summary: '{{ .Labels.route }} burns its objective {{ .Values.A }} times too fast, over six hours and now',
  sql: burnRate(360, 30, 100),
}

const fallbackStorm: Rule = {
  uid: 'sidelight-fallback-storm',
  title: 'Others answer for a provider',
  severity: 'warning',
  fires: { above: 0.2 },
  lasting: '5m',
  summary: 'A share of {{ .Values.A }} of first calls to {{ .Labels.provider }} ended with a fallback',
  todo: 'Callers are served, by another candidate and at its price. See what the provider answers.',
  panel: 'reliability-from-to',
  sql: `SELECT a.provider AS provider, toFloat64(countIf(r.fell_back) / count()) AS share
FROM (SELECT request_id, provider FROM sidelight.attempts WHERE ts >= ${ago(10)} AND attempt = 1) AS a
GLOBAL INNER JOIN (SELECT request_id, fallback_used AS fell_back FROM sidelight.requests WHERE ts >= ${ago(20)} AND ${PRIMARY}) AS r ON r.request_id = a.request_id
GROUP BY provider HAVING count() >= 20 ORDER BY provider`,
}

const providerDown: Rule = {
  uid: 'sidelight-provider-down',
  title: 'A provider is down',
  severity: 'critical',
  fires: { below: 0.8 },
  lasting: '2m',
  summary: '{{ .Labels.provider }} answers only a share of {{ .Values.A }} of calls',
  todo: 'See the classes of its failures, and its status page.',
  panel: 'reliability-states',
  sql: `SELECT provider, toFloat64(ifNull(${AVAILABILITY}, 1)) AS availability FROM sidelight.attempts
WHERE ts >= ${ago(5)} GROUP BY provider HAVING countIf(outcome NOT IN ${NOT_PROVIDERS_FAULT}) >= 10 ORDER BY provider`,
}

export const service: readonly Rule[] = [errorRate, fastBurn, slowBurn, fallbackStorm, providerDown]
