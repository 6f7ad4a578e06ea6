import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { countableRange, insertCountable } from '../testing/dashboards/countable.ts'
import { askAsGrafana, askWithParams, named } from '../testing/dashboards/run-panel.ts'
import { panelWarehouse } from '../testing/dashboards/warehouse.ts'
import { insertRows, someRequests } from '../testing/ledger-rows.ts'
import { seededRandom } from '../testing/random.ts'
import { panels } from './catalog/catalog.ts'
import { spikeSql } from './catalog/spend-spike.ts'
import type { Choices, MacroValues } from './macros.ts'

const warehouse = await panelWarehouse()
const { engine } = warehouse
after(() => warehouse[Symbol.asyncDispose]())
await insertCountable(engine)

async function answerOf(id: string, variables: Choices = {}, values: Partial<MacroValues> = {}) {
  const panel = panels.find((one) => one.id === id)
  assert.ok(panel, id)
  const range = { ...countableRange, ...values, variables }
  const answer = named(await askWithParams(engine, panel.sql, range))
  alike(named(await askAsGrafana(engine, panel.sql, range)), answer, `${id} in both dialects`)
  return answer
}

/** Equal, but numbers only to 1e-9 of their size. */
function alike(actual: unknown, expected: unknown, what: string): void {
  if (typeof expected === 'number' && typeof actual === 'number') {
    const difference = Math.abs(actual - expected)
    assert.ok(difference <= 1e-9 * Math.max(1, Math.abs(expected)), `${what}: ${actual} is not ${expected}`)
  } else if (
    typeof expected === 'object' &&
    expected !== null &&
    typeof actual === 'object' &&
    actual !== null
  ) {
    assert.deepEqual(Object.keys(actual), Object.keys(expected), what)
    for (const [name, value] of Object.entries(expected))
      alike((actual as Record<string, unknown>)[name], value, `${what}, ${name}`)
  } else assert.deepEqual(actual, expected, what)
}

/** The columns that are named, of every row. */
function only(rows: readonly Record<string, unknown>[], ...names: string[]) {
  return rows.map((row) => names.map((name) => row[name]))
}

test('the first row of the overview', async () => {
  const one = async (id: string) => Object.values((await answerOf(id))[0] ?? {})
  alike(await one('overview-spend'), [0.88], 'spend')
  alike(await one('overview-spend-change'), [0.88 / 0.7 - 1], 'change')
  alike(await one('overview-requests'), [8], 'requests')
  alike(await one('overview-success'), [5 / 7], 'success')
  alike(await one('overview-cache-hit'), [0.5], 'cache')
  alike(await one('overview-saved'), [0.15, 0.2], 'saved')
  alike(await one('overview-unpriced'), [2], 'unpriced')
})

test('what nobody knows the price of is unknown, not free; what did not happen is free', async () => {
  alike(await answerOf('overview-spend', { customer: ['cyd'] }), [{ spend: null }], 'unknown')
  alike(await answerOf('overview-spend', { customer: ['nobody'] }), [{ spend: 0 }], 'nothing')
  alike(await answerOf('overview-spend-change', { customer: ['cyd'] }), [{ change: null }], 'no change')
  const mystery = (await answerOf('cost-models')).find(({ model }) => model === 'mystery')
  assert.deepEqual([mystery?.['spend'], mystery?.['share'], mystery?.['usd_per_request']], [null, null, null])
  const series = await answerOf('overview-spend-by-model', { customer: ['cyd'] })
  alike(only(series, 'model', 'spend'), [['mystery', null]], 'series')
})

test('spend by app, team, customer, model, role', async () => {
  alike(
    only(await answerOf('overview-top-apps'), 'app', 'spend', 'unpriced', 'n'),
    [
      ['care', 0.5, 1, 3],
      ['shop', 0.38, 1, 5],
    ],
    'apps',
  )
  alike(
    only(await answerOf('cost-teams'), 'team', 'spend'),
    [
      ['blue', 0.5],
      ['red', 0.38],
    ],
    'teams',
  )
  alike(
    only(await answerOf('cost-roles'), 'role', 'spend'),
    [
      ['primary', 0.83],
      ['shadow', 0.05],
    ],
    'roles',
  )
  alike(
    only(await answerOf('customers-table'), 'customer', 'spend', 'n', 'failure_rate'),
    [
      ['bob', 0.5, 3, 1 / 3],
      ['ann', 0.38, 4, 1 / 4],
      ['cyd', null, 1, null],
    ],
    'customers',
  )
  alike(
    only(await answerOf('cost-models'), 'model', 'spend', 'unpriced'),
    [
      ['large', 0.5, 1],
      ['small', 0.38, 0],
      ['', 0, 0],
      ['mystery', null, 1],
    ],
    'models',
  )
  alike(await answerOf('customers-top-ten'), [{ share: 1 }], 'top ten')
  alike(
    only(await answerOf('cost-unpriced-models'), 'model', 'unpriced'),
    [
      ['large', 1],
      ['mystery', 1],
    ],
    'unpriced',
  )
  const [summary] = await answerOf('customer-summary', { one_customer: 'ann' })
  alike([summary?.['spend'], summary?.['n'], summary?.['success']], [0.38, 4, 0.75], 'ann')
})

test('movers: new ones have no growth, those who left are there', async () => {
  alike(
    only(await answerOf('customers-movers'), 'customer', 'now_usd', 'before_usd', 'delta_usd', 'growth'),
    [
      ['ann', 0.38, 0.2, 0.18, 0.9],
      ['bob', 0.5, 0.4, 0.1, 0.25],
      ['dan', 0, 0.1, -0.1, -1],
      ['cyd', 0, 0, 0, null],
    ],
    'movers',
  )
})

test('the month, its forecast and its budgets', async () => {
  alike(await answerOf('cost-month-to-date'), [{ spend: 1.58, without_price: 2 }], 'month')
  alike(await answerOf('cost-forecast'), [{ forecast: 1.58 + 1.58 * 10.5 }], 'forecast')
  alike(
    only(await answerOf('cost-budget-burn'), 'key', 'period', 'budget_usd', 'spend', 'used', 'burn'),
    [
      ['blue', 'month', 0.6, 1, 1 / 0.6, 1 / 0.6 / 0.65],
      ['bob', 'day', 1, 0.9, 0.9, 0.9 / 0.5],
      ['shop', 'month', 10, 0.58, 0.058, 0.058 / 0.65],
      ['zed', 'month', 5, 0, 0, 0],
    ],
    'budgets',
  )
})

test('why spend changed, worked out by hand', async () => {
  alike(
    only(await answerOf('cost-spike'), 'cause', 'usd'),
    [
      ['volume', 1.4],
      ['cache and blocks', -0.28 / 0.3],
      ['model mix', 0.4 / 3],
      ['tokens per request', 0.06 / 1.1],
      ['unit price', 0.38 - 0.94 / 1.1],
      ['total', 0.18],
    ],
    'spike',
  )
})

test('failover, availability and objectives', async () => {
  alike(await answerOf('reliability-fallbacks-week'), [{ events: 3 }], 'fallbacks of the week')
  alike(await answerOf('reliability-availability'), [{ availability: 0.6 }], 'availability')
  alike(await answerOf('reliability-fallback-rate'), [{ fallback: 3 / 7, rescue: 2 / 3 }], 'rescue')
  alike(
    only(await answerOf('reliability-timeouts'), 'route', 'slow_calls', 'seen_by_caller'),
    [['support', 1, 0]],
    'timeouts',
  )
  alike(await answerOf('latency-within'), [{ kept: 4 / 7 }], 'within 8 s')
  alike(await answerOf('latency-within', { slo_ms: '2' }), [{ kept: 1 / 7 }], 'within 2 ms')
})

test('cache, quality, privacy, pipeline', async () => {
  alike(await answerOf('cache-saved'), [{ avoided: 0.15, audit_cost: 0.05, net: 0.1 }], 'net of audits')
  alike(
    only(await answerOf('cache-false-hits'), 'band_pct', 'audited', 'wrong'),
    [
      [90, 3, 1],
      [96, 1, 0],
    ],
    'bands',
  )
  alike(only(await answerOf('quality-scorers'), 'scored', 'unscored', 'mean_score'), [[2, 1, 0.85]], 'scores')
  alike(only(await answerOf('privacy-kinds'), 'kind', 'entities'), [['IBAN', 2]], 'kinds')
  alike(await answerOf('pipeline-lost'), [{ gaps: 1, reported: 0 }], 'a number that never came')
  const after = { from: new Date('2026-11-20T07:15:00Z') }
  alike(await answerOf('pipeline-lost', {}, after), [{ gaps: 0, reported: 0 }], 'it is no gap later')
  alike(await answerOf('pipeline-duplicates'), [{ duplicates: 0 }], 'duplicates')
  alike(only(await answerOf('routing-saved'), 'paid', 'baseline'), [[0.1, 0.3]], 'baseline')
})

test('the causes of a change add up to it, whatever comes and goes', async () => {
  await insertRows(engine, 'requests', someRequests(seededRandom(5), 1500, 1000))
  const chosen: Choices[] = [
    {},
    { customer: ['dan'] },
    { model: ['mystery'] },
    { env: ['none'] },
    { route: ['sales'], provider: ['anthropic'] },
  ]
  for (const variables of chosen)
    for (const [from, to] of [
      ['20T06', '20T12'],
      ['20T00', '23T00'],
      ['21T05', '21T06'],
      ['23T00', '25T00'],
      ['19T00', '20T00'],
    ] as const) {
      const range = { from: new Date(`2026-11-${from}:00:00Z`), to: new Date(`2026-11-${to}:00:00Z`) }
      const answer = await askWithParams(engine, spikeSql, { ...countableRange, ...range, variables })
      const parts = named(answer).map(({ usd }) => Number(usd))
      assert.equal(parts.length, 6)
      const total = parts.pop() ?? Number.NaN
      const size = Math.max(1e-3, ...parts.map(Math.abs))
      const sum = parts.reduce((one, other) => one + other, 0)
      assert.ok(
        Math.abs(sum - total) <= 1e-9 * size,
        `${JSON.stringify(variables)} ${from}: ${sum} is not ${total}`,
      )
    }
})

test('spend is what the ledger says', async () => {
  const range = { from: new Date('2026-11-20T00:00:00Z'), to: new Date('2026-11-24T00:00:00Z') }
  const [ledger] = await engine.rows<{ usd: number }>(
    'SELECT toFloat64(sum(cost_usd)) AS usd FROM sidelight.requests WHERE ts >= toDateTime(1793491200)',
  )
  const [spend] = await answerOf('overview-spend', {}, range)
  const [month] = await answerOf('cost-month-to-date', {}, range)
  alike([spend?.['spend'], month?.['spend']], [ledger?.usd, ledger?.usd], 'spend')
})
