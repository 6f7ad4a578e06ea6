import { PRIMARY } from '../../contract/fragments.ts'
import { columns } from './columns.ts'
import { series, stat, table } from './drafts.ts'
import { board } from './panel.ts'
import { requestFilters } from './scope.ts'
import { movers } from './spend-spike.ts'
import { byCallers, FAILURE_RATE, USED, USED_SPEND, usageBucket, usageIn } from './usage.ts'

const filters = requestFilters

const accounts = table({
  id: 'customers-table',
  title: 'Customers',
  description:
    'Everything under a customer’s name, what evaluation added included; failures are those the customer saw.',
  answers: ['Which accounts spend most?', 'What does each customer cost?'],
  filters,
  columns: columns(['customer', 'spend', 'unpriced', 'n', 'failure_rate', 'tokens'], {
    features: { label: 'Features', unit: 'count' },
    last_seen: { label: 'Last seen', unit: 'time' },
  }),
  sql: (d) => `SELECT customer, ${USED_SPEND} AS spend, sum(no_price) AS unpriced, ${USED} AS tokens,
  ${byCallers('sum(requests)')} AS n, ${byCallers(FAILURE_RATE)} AS failure_rate,
  uniqExactIf(feature, feature != '') AS features, max(seen_at) AS last_seen
${usageIn(d)} GROUP BY customer ORDER BY spend DESC NULLS LAST, customer LIMIT 200`,
})

const topTen = stat({
  id: 'customers-top-ten',
  title: 'Share of the ten largest',
  description: 'Of the known spend of all customers; traffic without a customer is one of them.',
  answers: ['Which accounts spend most?'],
  unit: 'share',
  filters,
  sql: (
    d,
  ) => `SELECT arraySum(arraySlice(arrayReverseSort(groupArray(spent)), 1, 10)) / nullIf(sum(spent), 0) AS share
FROM (SELECT toFloat64(sum(cost_usd)) AS spent ${usageIn(d)} GROUP BY customer)`,
})

const active = stat({
  id: 'customers-active',
  title: 'Active customers',
  description: 'Customers with a request in the range.',
  answers: ['Who grows?'],
  unit: 'count',
  empty: 'zero',
  filters,
  sql: (d) => `SELECT uniqExactIf(customer, customer != '') AS customers ${usageIn(d)} WHERE ${PRIMARY}`,
})

const activeOverTime = series({
  id: 'customers-active-series',
  title: 'Active customers over time',
  description: 'Customers with a request, by bucket.',
  answers: ['Who grows?'],
  unit: 'count',
  empty: 'zero',
  filters,
  sql: (d) =>
    `SELECT ${usageBucket(d)} AS time, uniqExactIf(customer, customer != '') AS customers ${usageIn(d)} WHERE ${PRIMARY} GROUP BY time ORDER BY time`,
})

export const customers = board(
  { uid: 'sidelight-customers', title: 'Customers', question: 'Which accounts spend most, and who grows?' },
  {
    'Which accounts spend most, and who grows?': [topTen, active, activeOverTime],
    Accounts: [accounts, movers],
  },
)
