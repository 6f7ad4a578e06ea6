import { COUNTED, GOOD, PRIMARY, SPEND } from '../../contract/fragments.ts'
import { board } from './panel.ts'
import { requestFilters, requestsIn } from './scope.ts'

export const overview = board(
  { uid: 'sidelight-overview', title: 'Overview', question: 'Is it healthy, and what does it cost?' },
  {
    'Healthy? What does it cost?': [
      {
        id: 'overview-spend',
        title: 'Spend',
        description: 'Known cost of all calls in the range, shadow, judge and audit calls included.',
        answers: ['What does it cost?'],
        viz: 'stat',
        unit: 'usd',
        empty: 'zero',
        kind: 'table',
        filters: requestFilters,
        sql: (d) => `SELECT ${SPEND} AS spend ${requestsIn(d)}`,
      },
      {
        id: 'overview-success',
        title: 'Success rate',
        description: 'Answered or blocked on purpose, of all requests whose caller stayed.',
        answers: ['What is the success rate?'],
        viz: 'stat',
        unit: 'share',
        empty: 'gap',
        kind: 'table',
        filters: requestFilters,
        sql: (d) =>
          `SELECT countIf(${GOOD}) / nullIf(countIf(${COUNTED}), 0) AS success ${requestsIn(d)} AND ${PRIMARY}`,
      },
    ],
    'Traffic and money': [
      {
        id: 'overview-spend-by-model',
        title: 'Spend by model',
        description: 'Known cost of all calls, by the model that answered.',
        answers: ['What does it cost?'],
        viz: 'timeseries',
        unit: 'usd',
        empty: 'zero',
        kind: 'timeseries',
        stacked: true,
        filters: requestFilters,
        sql: (d) =>
          `SELECT ${d.bucket('ts')} AS time, model, toFloat64(sum(cost_usd)) AS spend ${requestsIn(d)} GROUP BY time, model ORDER BY time, model`,
      },
    ],
  },
)
