import { SPEND_HOURLY } from '../../contract/fragments.ts'
import type { Dialect } from '../dialects/dialect.ts'
import { stat, table } from './drafts.ts'
import { ledgerFilters, monthStart, within } from './scope.ts'

const invoice = (d: Dialect, since: string) =>
  `FROM sidelight.usage_hourly WHERE hour >= ${since} AND hour <= ${d.to} AND ${within(d, ledgerFilters)}`

export const monthToDate = stat({
  id: 'cost-month-to-date',
  title: 'Month to date',
  description: 'Known cost since the first of the month (UTC) in which the range ends, all calls.',
  answers: ['Will we overrun the budget?'],
  unit: 'usd',
  empty: 'zero',
  filters: ledgerFilters,
  columns: {
    spend: { label: 'spend', unit: 'usd' },
    without_price: { label: 'without price', unit: 'count' },
  },
  sql: (d) => `SELECT ${SPEND_HOURLY} AS spend, sum(unpriced) AS without_price ${invoice(d, monthStart(d))}`,
})

/** A fresh installation has no seven days: the mean is taken over those there are, one at least. */
export const forecast = stat({
  id: 'cost-forecast',
  title: 'Forecast for the month',
  description:
    'Month to date plus the mean day of the last seven, for every day that is left. Requests without price are not in it.',
  answers: ['Will we overrun the budget?'],
  unit: 'usd',
  filters: ledgerFilters,
  sql: (d) => {
    const week = `${d.to} - toIntervalDay(7)`
    return `WITH ${monthStart(d)} AS m0, addMonths(m0, 1) AS m1
SELECT if(sum(requests) = sum(unpriced), NULL, toFloat64(sumIf(cost_usd, hour >= m0))
  + toFloat64(sumIf(cost_usd, hour > ${week})) / least(7, greatest(1, dateDiff('second', minIf(hour, hour > ${week}), toDateTime(${d.to}, 'UTC')) / 86400))
  * dateDiff('second', toDateTime(${d.to}, 'UTC'), m1) / 86400) AS forecast
${invoice(d, `least(m0, toDateTime(${week}, 'UTC'))`)}`
  },
})

/** Budgets hold for everybody: what is chosen on the board does not change them. */
export const budgetBurn = table({
  id: 'cost-budget-burn',
  title: 'Budgets',
  description:
    'Of the day, week or month (UTC) in which the range ends. Burn is the used share of the budget over the passed share of its period: above 1 it will be overrun. Spend without price is not in it.',
  answers: ['Will we overrun the budget?'],
  filters: [],
  columns: {
    scope: { label: 'Of' },
    key: { label: 'Name' },
    period: { label: 'Per' },
    limit_usd: { label: 'Budget', unit: 'usd' },
    spend: { label: 'Spend', unit: 'usd' },
    used: { label: 'Used', unit: 'share' },
    burn: { label: 'Burn', unit: 'factor' },
  },
  sql: (d) => burnSql(`toDateTime(${d.to}, 'UTC')`),
})

/**
 * `at` is the moment that is looked at: the end of the range, or now. The first hours count as 2 % of the
 * period. Keys are not in the rollup, so what those with a budget spent comes from the records.
 */
export function burnSql(at: string): string {
  const periods = `[('day', toDateTime(toStartOfDay(${at}), 'UTC')), ('week', toDateTime(toMonday(${at}), 'UTC')), ('month', toDateTime(toStartOfMonth(${at}), 'UTC'))]`
  const since = `least(toDateTime(toMonday(${at}), 'UTC'), toDateTime(toStartOfMonth(${at}), 'UTC'))`
  return `WITH toDateTime(multiIf(b.of_period = 'day', toStartOfDay(${at}), b.of_period = 'week', toMonday(${at}), toStartOfMonth(${at})), 'UTC') AS p0,
  multiIf(b.of_period = 'day', p0 + toIntervalDay(1), b.of_period = 'week', p0 + toIntervalDay(7), addMonths(p0, 1)) AS p1,
  greatest(dateDiff('second', p0, ${at}) / dateDiff('second', p0, p1), 0.02) AS elapsed
SELECT b.of_scope AS scope, b.of_key AS key, b.of_period AS period, b.lim AS limit_usd, toFloat64(u.spent) AS spend,
  if(limit_usd = 0, NULL, spend / limit_usd) AS used, used / elapsed AS burn
FROM (SELECT toString(scope) AS of_scope, key AS of_key, toString(period) AS of_period, toFloat64(argMax(limit_usd, updated_at)) AS lim FROM sidelight.budgets
  GROUP BY of_scope, of_key, of_period) AS b
GLOBAL LEFT JOIN (SELECT s.1 AS in_scope, s.2 AS in_key, p.1 AS in_period, sum(cost_usd) AS spent FROM sidelight.usage_hourly
  ARRAY JOIN [('app', toString(app)), ('team', toString(team)), ('customer', toString(customer))] AS s ARRAY JOIN ${periods} AS p
  WHERE hour >= ${since} AND hour <= ${at} AND hour >= p.2 GROUP BY in_scope, in_key, in_period
  UNION ALL
  SELECT 'key', toString(key_name), p.1, ifNull(sum(cost_usd), 0) FROM sidelight.requests ARRAY JOIN ${periods} AS p
  WHERE ts >= ${since} AND ts <= ${at} AND ts >= p.2 AND key_name GLOBAL IN (SELECT key FROM sidelight.budgets WHERE scope = 'key')
  GROUP BY key_name, p.1) AS u ON u.in_scope = b.of_scope AND u.in_key = b.of_key AND u.in_period = b.of_period
WHERE b.lim > 0
ORDER BY used DESC NULLS LAST, scope, key, period LIMIT 50`
}
