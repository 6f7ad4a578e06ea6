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
    budget_usd: { label: 'Budget', unit: 'usd' },
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
  const start = {
    day: `toDateTime(toStartOfDay(${at}), 'UTC')`,
    week: `toDateTime(toMonday(${at}), 'UTC')`,
    month: `toDateTime(toStartOfMonth(${at}), 'UTC')`,
  }
  const since = `least(${start.week}, ${start.month})`
  const parts = (time: string) =>
    `[${Object.entries(start).map(([period, from]) => `('${period}', toDecimal128(ifNull(sumIf(cost_usd, ${time} >= ${from}), 0), 12))`)}] AS parts`
  return `WITH multiIf(b.period = 'day', ${start.day}, b.period = 'week', ${start.week}, ${start.month}) AS p0,
  multiIf(b.period = 'day', p0 + toIntervalDay(1), b.period = 'week', p0 + toIntervalDay(7), addMonths(p0, 1)) AS p1,
  greatest(dateDiff('second', p0, ${at}) / dateDiff('second', p0, p1), 0.02) AS elapsed
SELECT b.scope AS scope, b.key AS key, b.period AS period, b.lim AS budget_usd, toFloat64(u.spent) AS spend,
  spend / budget_usd AS used, used / elapsed AS burn
FROM (SELECT toString(scope) AS scope, key, toString(period) AS period, toFloat64(argMax(limit_usd, updated_at)) AS lim FROM sidelight.budgets
  GROUP BY scope, key, period) AS b
GLOBAL LEFT JOIN (SELECT s.1 AS in_scope, s.2 AS in_key, p.1 AS in_period, sum(p.2) AS spent
  FROM (SELECT app, team, customer, ${parts('hour')} FROM sidelight.usage_hourly WHERE hour >= ${since} AND hour <= ${at} GROUP BY app, team, customer)
  ARRAY JOIN [('app', toString(app)), ('team', toString(team)), ('customer', toString(customer))] AS s ARRAY JOIN parts AS p
  GROUP BY in_scope, in_key, in_period
  UNION ALL
  SELECT 'key', toString(key_name), p.1, p.2
  FROM (SELECT key_name, ${parts('ts')} FROM sidelight.requests WHERE ts >= ${since} AND ts <= ${at}
    AND key_name GLOBAL IN (SELECT key FROM sidelight.budgets WHERE scope = 'key') GROUP BY key_name)
  ARRAY JOIN parts AS p) AS u ON u.in_scope = b.scope AND u.in_key = b.key AND u.in_period = b.period
WHERE b.lim > 0
ORDER BY used DESC, scope, key, period LIMIT 50`
}
