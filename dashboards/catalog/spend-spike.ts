import type { Dialect } from '../dialects/dialect.ts'
import { bars, table } from './drafts.ts'
import { pricedTwice, requestFilters, span, within } from './scope.ts'
import { isLong, isUsedNow, usageTwice } from './usage.ts'

/**
 * Where a change of spend comes from. Every (route, provider, model) is a cell with n requests, k billed ones, t tokens
 * of those and s spend, before (0) and now (1); capitals are totals. From before to now one cause after the other is
 * put in: how many requests, what share is billed, which cells they went to, how long they were, what a token cost. A
 * cell that is new counts as mix. What is left of an old one is in `unit price`, so the parts add up to the change.
 */
export function spikeSql(d: Dialect): string {
  return `WITH cells AS (
  SELECT route, provider, model,
    toFloat64(sumIf(asked, NOT is_now)) AS n0, toFloat64(sumIf(asked, is_now)) AS n1,
    toFloat64(sumIf(billed, NOT is_now)) AS k0, toFloat64(sumIf(billed, is_now)) AS k1,
    toFloat64(sumIf(used, NOT is_now)) AS t0, toFloat64(sumIf(used, is_now)) AS t1,
    sumIf(usd, NOT is_now) AS s0, sumIf(usd, is_now) AS s1
  FROM (SELECT route, provider, model, ${isUsedNow(d)} AS is_now, requests AS asked,
    billed, if(billed > 0, input_tokens + output_tokens, 0) AS used, toFloat64(cost_usd) AS usd
    ${usageTwice(d)})
  GROUP BY route, provider, model
), totals AS (
  SELECT sum(n0) AS N0, sum(n1) AS N1, sum(k0) AS K0, sum(k1) AS K1, sum(s0) AS S0, sum(s1) AS S1 FROM cells
), sums AS (
  SELECT any(N0) AS a0, any(N1) AS a1, any(K0) AS b0, any(K1) AS b1, any(S0) AS c0, any(S1) AS c1,
    sum(if(K0 = 0 OR (k0 = 0 AND k1 = 0), 0, (k1 - K1 * k0 / K0) * if(k0 > 0, s0 / k0, s1 / k1))) AS mix,
    sum(if(k0 = 0 OR k1 = 0 OR t0 = 0 OR t1 = 0, 0, (t1 - k1 * t0 / k0) * s0 / t0)) AS tokens_each,
    sum(if(k0 = 0 OR k1 = 0, 0, s1 - if(t0 = 0 OR t1 = 0, k1 * s0 / k0, t1 * s0 / t0))) AS unit_price
  FROM cells CROSS JOIN totals
)
SELECT part.1 AS cause, part.2 AS usd FROM (
  SELECT if(a0 = 0, if(a1 = 0, 0, b1 / a1), b0 / a0) AS billed_share,
    if(b0 = 0, if(b1 = 0, 0, c1 / b1), c0 / b0) AS usd_each,
    arrayJoin([
      (1, 'volume', (a1 - a0) * billed_share * usd_each),
      (2, 'cache and blocks', (b1 - a1 * billed_share) * usd_each),
      (3, 'model mix', mix),
      (4, 'tokens per request', tokens_each),
      (5, 'unit price', unit_price),
      (6, 'total', c1 - c0)]) AS ranked,
    (ranked.2, ranked.3) AS part
  FROM sums)
ORDER BY ranked.1`
}

/** Subtracted before it is a float: equal changes stay equal, and their order does not depend on the last digit. */
const delta = (d: Dialect) =>
  `toFloat64(sumIf(cost_usd, ${isUsedNow(d)}) - sumIf(cost_usd, NOT (${isUsedNow(d)})))`

export const spike = bars({
  id: 'cost-spike',
  title: 'Why spend changed',
  description:
    'Against the equal range before this one, in dollars; the parts add up to the total. Unit price holds list prices, the share read from the provider’s cache, and the mix of input and output. A route or model that is new counts as model mix.',
  answers: ['Why did spend jump?'],
  unit: 'usd',
  filters: requestFilters,
  columns: { cause: { label: 'Cause' }, usd: { label: 'Change', unit: 'usd' } },
  sql: spikeSql,
})

export const contributors = table({
  id: 'cost-spike-contributors',
  title: 'Who changed spend most',
  description: 'The largest changes against the equal range before, by customer, feature and prompt.',
  answers: ['Why did spend jump?'],
  filters: requestFilters,
  columns: {
    dimension: { label: 'By' },
    member: { label: 'Name' },
    now_usd: { label: 'Now', unit: 'usd' },
    before_usd: { label: 'Before', unit: 'usd' },
    delta_usd: { label: 'Change', unit: 'usd' },
  },
  sql: contributorsSql,
})

/** Of long ranges, prompts come from their sums by day, which know nothing of customers, teams and features. */
function contributorsSql(d: Dialect): string {
  const now = (sums: string) => `sumIf(${sums}, is_now)`
  return `SELECT pair.1 AS dimension, pair.2 AS member, toFloat64(${now('usd')}) AS now_usd,
  toFloat64(sumIf(usd, NOT is_now)) AS before_usd, toFloat64(${now('usd')} - sumIf(usd, NOT is_now)) AS delta_usd
FROM (
  SELECT ${isUsedNow(d)} AS is_now, cost_usd AS usd, arrayJoin([('customer', toString(customer)), ('feature', toString(feature))]) AS pair ${usageTwice(d)}
  UNION ALL
  SELECT ts >= ${d.from}, ifNull(cost_usd, 0), ('prompt', if(prompt_name = '', '', concat(toString(prompt_name), '@', toString(prompt_version))))
  ${pricedTwice(d)} AND NOT ${isLong(d)}
  UNION ALL
  SELECT day >= toDate(${d.from}), cost_usd, ('prompt', if(prompt_name = '', '', concat(toString(prompt_name), '@', toString(prompt_version))))
  FROM sidelight.prompt_daily WHERE ${isLong(d)} AND ${notByDay.map((name) => d.isOpen(name)).join(' AND ')}
    AND day >= toDate(${d.from} - toIntervalSecond(${span(d)})) AND day <= toDate(${d.to}) AND ${within(d, promptFilters)})
WHERE member != '' GROUP BY dimension, member
ORDER BY abs(delta_usd) DESC, dimension, member LIMIT 15`
}

const notByDay = ['customer', 'team', 'feature'] as const
const promptFilters = ['env', 'app', 'route', 'provider', 'model'] as const

export const movers = table({
  id: 'customers-movers',
  title: 'Movers',
  description: 'Customers whose spend changed most against the equal range before; new ones have no growth.',
  answers: ['Who grows?'],
  filters: requestFilters,
  columns: {
    customer: { label: 'Customer', link: { board: 'sidelight-customer', variable: 'one_customer' } },
    now_usd: { label: 'Now', unit: 'usd' },
    before_usd: { label: 'Before', unit: 'usd' },
    delta_usd: { label: 'Change', unit: 'usd' },
    growth: { label: 'Growth', unit: 'share' },
    unpriced: { label: 'Without price', unit: 'count' },
  },
  sql: (d) => `SELECT customer, toFloat64(sumIf(cost_usd, ${isUsedNow(d)})) AS now_usd,
  toFloat64(sumIf(cost_usd, NOT (${isUsedNow(d)}))) AS before_usd, ${delta(d)} AS delta_usd,
  if(before_usd = 0, NULL, now_usd / before_usd - 1) AS growth, sum(no_price) AS unpriced
${usageTwice(d)} GROUP BY customer ORDER BY abs(delta_usd) DESC, customer LIMIT 20`,
})
