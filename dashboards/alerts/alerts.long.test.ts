import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { ask } from '../../testing/dashboards/run-panel.ts'
import { panelWarehouse } from '../../testing/dashboards/warehouse.ts'
import { idAt, insertRows, type Rows } from '../../testing/ledger-rows.ts'
import { rules } from './all.ts'

const warehouse = await panelWarehouse()
const { engine } = warehouse
after(() => warehouse[Symbol.asyncDispose]())

const now = Date.now()
const minute = 60_000

async function firing(): Promise<string[]> {
  const found: string[] = []
  for (const { uid, sql, fires } of rules) {
    const { columns, rows } = await ask(engine, sql)
    const numbers = columns.filter(({ type }) => /Float|Int|Decimal/.test(type))
    assert.deepEqual(
      numbers.map(({ type }) => type),
      ['Float64'],
      `${uid}: one number, never unknown`,
    )
    for (const { type } of columns) assert.match(type, /String|Float64/, `${uid}: labels are text`)
    const at = columns.findIndex(({ type }) => type === 'Float64')
    const values = rows.map((row) => Number(row[at]))
    if (values.some((value) => ('above' in fires ? value > fires.above : value < fires.below)))
      found.push(uid)
  }
  return found.sort()
}

async function empty(): Promise<void> {
  for (const table of [
    'requests',
    'attempts',
    'usage_hourly',
    'budgets',
    'cache_audits',
    'scores',
    'eval_runs',
  ])
    await engine.run(`TRUNCATE TABLE sidelight.${table}`)
}

let made = 0
function requests(count: number, row: (index: number) => Readonly<Record<string, unknown>>): Rows {
  return Array.from({ length: count }, (_, index) => {
    made += 1
    const more = row(index)
    const ts = Number(more['ts'] ?? now - 3 * minute - index * 100)
    return {
      ts,
      request_id: idAt(ts, made),
      seq: made,
      sidecar_id: 'pod',
      boot: 1,
      role: 'primary',
      app: 'shop',
      route: 'support',
      provider: 'openai',
      model: 'small',
      status: 'ok',
      cache: 'off',
      cost_usd: '0.001',
      duration_ms: 500,
      attempt_count: 1,
      ingested_at: ts + 1500,
      ...more,
    }
  })
}

const call = (outcome: string, index: number) => ({
  ts: now - 2 * minute,
  request_id: idAt(now, index),
  attempt: 1,
  provider: 'openai',
  model: 'small',
  outcome,
})

test('an empty warehouse raises nothing', async () => {
  assert.deepEqual(await firing(), [])
})

test('healthy traffic raises nothing', async () => {
  await insertRows(
    engine,
    'requests',
    requests(400, (index) => ({ ts: now - index * minute, duration_ms: 100 })),
  )
  await insertRows(
    engine,
    'attempts',
    Array.from({ length: 40 }, (_, index) => call('answered', index)),
  )
  await insertRows(engine, 'budgets', [
    { updated_at: now, scope: 'app', key: 'shop', period: 'month', limit_usd: '1000' },
  ])
  await insertRows(engine, 'eval_runs', [
    { ts: now - minute, run_id: 'a', kind: 'run', stage: 'score', status: 'held' },
  ])
  assert.deepEqual(await firing(), [])
})

const hour = 60 * minute
/** What is wrong, and the alerts that must say so; others may not. */
const seeded: readonly (readonly [fault: string, alerts: readonly string[], seed: () => Promise<void>])[] = [
  [
    'an app spends ten times as much',
    ['spend-spike'],
    async () => {
      const usual = requests(6, (index) => ({ ts: now - (index + 3) * hour, cost_usd: '0.1' }))
      await insertRows(engine, 'requests', [
        ...usual,
        ...requests(2, () => ({ ts: now - minute, cost_usd: '0.6' })),
      ])
    },
  ],
  [
    'a budget that is gone',
    ['budget-burn'],
    async () => {
      await insertRows(engine, 'budgets', [
        { updated_at: now, scope: 'app', key: 'shop', period: 'month', limit_usd: '0.001' },
      ])
      await insertRows(
        engine,
        'requests',
        requests(1, () => ({ cost_usd: '0.5' })),
      )
    },
  ],
  [
    'one in ten fails',
    ['error-rate'],
    async () => {
      await insertRows(
        engine,
        'requests',
        requests(40, (index) => ({ status: index % 10 === 0 ? 'error' : 'ok' })),
      )
    },
  ],
  [
    'all are slow, now and for hours',
    ['slo-fast-burn', 'slo-slow-burn'],
    async () => {
      await insertRows(
        engine,
        'requests',
        requests(200, (index) => ({ ts: now - index * minute, duration_ms: 9000 })),
      )
    },
  ],
  [
    'one in twelve is slow for hours',
    ['slo-slow-burn'],
    async () => {
      await insertRows(
        engine,
        'requests',
        requests(300, (index) => ({ ts: now - index * minute, duration_ms: index % 12 === 1 ? 9000 : 100 })),
      )
    },
  ],
  [
    'others answer for a provider',
    ['fallback-storm'],
    async () => {
      const rows = requests(40, (index) => ({ fallback_used: index % 3 === 0, request_id: idAt(now, index) }))
      await insertRows(engine, 'requests', rows)
      await insertRows(
        engine,
        'attempts',
        rows.map((_, index) => call('answered', index)),
      )
    },
  ],
  [
    'a provider is down',
    ['provider-down'],
    async () => {
      await insertRows(
        engine,
        'attempts',
        Array.from({ length: 20 }, (_, index) => call(index % 2 === 0 ? 'outage' : 'answered', index)),
      )
    },
  ],
  [
    'wrong hits',
    ['cache-false-hit'],
    async () => {
      const audits = Array.from({ length: 40 }, (_, index) => ({
        ts: now - hour,
        request_id: idAt(now, index),
        route: 'support',
        tier: 'lexical',
        score: 0.9,
        label: index < 2 ? 'disagree' : 'agree',
      }))
      await insertRows(engine, 'cache_audits', audits)
    },
  ],
  [
    'scores fall',
    ['quality-drop'],
    async () => {
      const score = (index: number, days: number, mean: number) => ({
        ts: now - days * 24 * hour,
        request_id: idAt(now, index),
        scorer: 'judge',
        scorer_version: '1',
        version: 1,
        origin: 'live',
        route: 'support',
        candidate: 'cheap',
        score: mean + (index % 5) / 50,
      })
      await insertRows(
        engine,
        'scores',
        Array.from({ length: 80 }, (_, index) =>
          index < 40 ? score(index, 0.5, 0.6) : score(index, 3, 0.8),
        ),
      )
    },
  ],
  [
    'a number that never came',
    ['records-lost'],
    async () => {
      const rows = requests(20, (index) => ({
        seq: index < 10 ? index + 1 : index + 2,
        ingested_at: now - 3 * minute,
      }))
      await insertRows(engine, 'requests', rows)
    },
  ],
  [
    'records take a minute',
    ['records-late'],
    async () => {
      await insertRows(
        engine,
        'requests',
        requests(20, () => ({ ingested_at: now - 2 * minute, ts: now - 4 * minute })),
      )
    },
  ],
  [
    'nothing for half an hour',
    ['silence'],
    async () => {
      await insertRows(
        engine,
        'requests',
        requests(5, () => ({ ts: now - 30 * minute })),
      )
    },
  ],
  [
    'the last run failed',
    ['eval-failed'],
    async () => {
      const runs = [
        ['a', 'ok', 60],
        ['b', 'failed', 10],
        ['b', 'ok', 9],
      ] as const
      await insertRows(
        engine,
        'eval_runs',
        runs.map(([run_id, status, ago]) => ({
          ts: now - ago * minute,
          run_id,
          kind: 'run',
          stage: 's',
          status,
        })),
      )
    },
  ],
  [
    'a model nobody knows the price of',
    ['unpriced'],
    async () => {
      await insertRows(
        engine,
        'requests',
        requests(3, () => ({ cost_usd: null, model: 'mystery' })),
      )
    },
  ],
]

for (const [fault, alerts, seed] of seeded)
  test(`${fault}: ${alerts.join(', ')}`, async () => {
    await empty()
    await seed()
    assert.deepEqual(
      await firing(),
      alerts.map((name) => `sidelight-${name}`),
    )
  })

test('a system that is idle for a day raises nothing', async () => {
  await empty()
  await insertRows(
    engine,
    'requests',
    requests(5, () => ({ ts: now - 30 * hour })),
  )
  assert.deepEqual(await firing(), [])
})

test('every alert has a fault of its own here', () => {
  const covered = new Set(seeded.flatMap(([, alerts]) => alerts.map((name) => `sidelight-${name}`)))
  assert.deepEqual(
    rules.map(({ uid }) => uid).filter((uid) => !covered.has(uid)),
    [],
  )
})
