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
  title: 'Budgets of the month',
  description:
    'Burn is the used share of the budget over the passed share of the month (UTC): above 1 it will be overrun. Spend without price is not in it.',
  answers: ['Will we overrun the budget?'],
  filters: [],
  columns: {
    scope: { label: 'Of' },
    key: { label: 'Name' },
    monthly_usd: { label: 'Budget', unit: 'usd' },
    spend: { label: 'Spend', unit: 'usd' },
    used: { label: 'Used', unit: 'share' },
    burn: { label: 'Burn', unit: 'factor' },
  },
  sql: (d) => burnSql(`toDateTime(${d.to}, 'UTC')`),
})

/** `at` is the moment that is looked at: the end of the range, or now. The first day counts as 2 % of the month. */
export function burnSql(at: string): string {
  return `WITH toDateTime(toStartOfMonth(${at}), 'UTC') AS m0, addMonths(m0, 1) AS m1,
  greatest(dateDiff('second', m0, ${at}) / dateDiff('second', m0, m1), 0.02) AS elapsed
SELECT b.scope AS scope, b.key AS key, b.lim AS monthly_usd, toFloat64(u.spent) AS spend,
  if(monthly_usd = 0, NULL, spend / monthly_usd) AS used, used / elapsed AS burn
FROM (SELECT toString(scope) AS scope, key, toFloat64(argMax(limit_usd, updated_at)) AS lim FROM sidelight.budgets
  WHERE period = 'month' GROUP BY scope, key) AS b
GLOBAL LEFT JOIN (SELECT s.1 AS of_scope, s.2 AS of_key, sum(cost_usd) AS spent FROM sidelight.usage_hourly
  ARRAY JOIN [('app', toString(app)), ('team', toString(team)), ('customer', toString(customer))] AS s
  WHERE hour >= toDateTime(toStartOfMonth(${at}), 'UTC') AND hour <= ${at} GROUP BY of_scope, of_key) AS u ON u.of_scope = b.scope AND u.of_key = b.key
ORDER BY used DESC NULLS LAST, scope, key LIMIT 50`
}
