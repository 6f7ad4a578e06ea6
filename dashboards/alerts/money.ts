import { UPSTREAM } from '../../contract/fragments.ts'
import { burnSql } from '../catalog/budget.ts'
import { ago, type Rule } from './rule.ts'

/** The median is that of hours in which the app spent something; three of them are the least that says anything. */
const spendSpike: Rule = {
  uid: 'sidelight-spend-spike',
  title: 'Spend of an app jumped',
  severity: 'warning',
  fires: { above: 3 },
  lasting: '10m',
  summary: '{{ .Labels.app }} spends {{ .Values.A }} times its usual hour',
  todo: 'The panel splits the change into volume, mix, tokens per request and price, and names who caused it.',
  panel: 'cost-spike',
  sql: `SELECT app, toFloat64(peak / usual) AS times FROM (
  SELECT app, toFloat64(maxIf(usd, hour >= toStartOfHour(now()) - toIntervalHour(1))) AS peak,
    toFloat64(quantileExactIf(0.5)(usd, hour < toStartOfHour(now()) - toIntervalHour(1) AND usd > 0)) AS usual,
    countIf(hour < toStartOfHour(now()) - toIntervalHour(1) AND usd > 0) AS hours
  FROM (SELECT app, hour, sum(cost_usd) AS usd FROM sidelight.usage_hourly
    WHERE hour >= now() - toIntervalDay(7) AND hour <= now() GROUP BY app, hour)
  GROUP BY app)
WHERE peak > 0.5 AND hours >= 3 AND usual > 0 ORDER BY app`,
}

/** A tenth is the least that says anything: a period that has just begun makes every request look fast. */
const budgetBurn: Rule = {
  uid: 'sidelight-budget-burn',
  title: 'A budget will be overrun',
  severity: 'critical',
  fires: { above: 1.2 },
  lasting: '5m',
  summary:
    'Budget of {{ .Labels.scope }} {{ .Labels.key }} per {{ .Labels.period }} is used up {{ .Values.A }} times too fast',
  todo: 'Look at what the scope spends, raise the budget, or route to a cheaper candidate.',
  panel: 'cost-budget-burn',
  sql: `SELECT scope, key, period, toFloat64(ifNull(burn, 0)) AS times FROM (${burnSql('now()')}) WHERE used >= 0.1 ORDER BY scope, key, period`,
}

const unpriced: Rule = {
  uid: 'sidelight-unpriced',
  title: 'A model answers without a price',
  severity: 'warning',
  fires: { above: 0 },
  lasting: '5m',
  summary:
    '{{ .Values.A }} requests to {{ .Labels.provider }}/{{ .Labels.model }} have no price: spend is too low by what they cost',
  todo: 'Add the model to the file of your own prices; what was recorded meanwhile is filled in.',
  panel: 'cost-unpriced-models',
  sql: `SELECT provider, model, toFloat64(count()) AS requests FROM sidelight.requests_priced
WHERE ts >= ${ago(60)} AND cost_usd IS NULL AND ${UPSTREAM} AND status = 'ok' AND model != '' GROUP BY provider, model ORDER BY provider, model`,
}

export const money: readonly Rule[] = [spendSpike, budgetBurn, unpriced]
