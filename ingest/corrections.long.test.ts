import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { loadShippedCatalog } from '../contract/prices/catalog.ts'
import { applyOverrides } from '../contract/prices/overrides.ts'
import { startEngine } from '../testing/engine.ts'
import { idAt, insertRows, someRequests } from '../testing/ledger-rows.ts'
import { seededRandom } from '../testing/random.ts'
import { tempDir } from '../testing/temp-dir.ts'
import { backfillCosts } from './backfill.ts'
import { eraseCustomer, subjectOf } from './erase.ts'
import { migrate } from './migrate.ts'
import { migrations } from './migrations/all.ts'
import { shardedTables } from './migrations/render.ts'
import { loadPrices } from './prices-load.ts'

const folder = await tempDir()
const engine = await startEngine(folder.path)
after(async () => {
  await engine.close()
  await folder[Symbol.asyncDispose]()
})
const database = 'sidelight'
const to = {
  target: 'embedded',
  database,
  cluster: '',
  customers: 'few',
  sharded: shardedTables(migrations),
} as const
await migrate(engine, { target: 'embedded', database })

const one = async <Row>(sql: string) => (await engine.rows<Row>(sql))[0]
const noon = Date.UTC(2026, 10, 20, 12)

function unpricedCall(n: number, customer: string, models: readonly string[]) {
  const request_id = idAt(noon + n, n)
  const common = { ts: noon + n, request_id, provider: 'local', usage_classes: { input: 1000, output: 10 } }
  return {
    request: {
      ...common,
      customer,
      app: 'shop',
      role: 'primary',
      model: models.at(-1) ?? '',
      cost_usd: null,
    },
    attempts: models.map((model, index) => ({ ...common, attempt: index + 1, model, cost_usd: null })),
  }
}

const calls = [
  unpricedCall(1, 'ann', ['new-model-20261101']),
  unpricedCall(2, 'ann', ['new-model', 'new-model']),
  unpricedCall(3, 'bob', ['new-model', 'never-listed']),
]

test('a cost that was unknown is filled in once the price is known, in views and in sums, once', async () => {
  await insertRows(
    engine,
    'requests',
    calls.map(({ request }) => request),
  )
  await insertRows(
    engine,
    'attempts',
    calls.flatMap(({ attempts }) => attempts),
  )
  await loadPrices(engine, { catalog: loadShippedCatalog(), database, nowMs: 1 })
  assert.deepEqual(await backfillCosts(engine, database), { unpriced: 3, priced: 0 })
  const { catalog } = applyOverrides(
    loadShippedCatalog(),
    { prices: [{ provider: 'local', model: 'new-model', input: 2, output: 5 }] },
    { providers: { local: { kind: 'openai-compatible' } } },
  )
  await loadPrices(engine, { catalog, database, nowMs: 2 })
  assert.deepEqual(await backfillCosts(engine, database), { unpriced: 3, priced: 2 })
  assert.deepEqual(await backfillCosts(engine, database), { unpriced: 1, priced: 0 })
  const view = await engine.rows(
    `SELECT customer, toString(cost_usd) AS usd, is_backfilled AS filled FROM sidelight.requests_priced ORDER BY request_id`,
  )
  assert.deepEqual(view, [
    { customer: 'ann', usd: '0.00205', filled: 1 },
    { customer: 'ann', usd: '0.0041', filled: 1 },
    { customer: 'bob', usd: null, filled: 0 },
  ])
  for (const table of ['usage_hourly', 'usage_daily', 'prompt_daily']) {
    assert.deepEqual(
      await one(
        `SELECT toString(sum(cost_usd)) AS usd, toInt32(sum(unpriced)) AS unpriced, toInt32(sum(requests)) AS n FROM sidelight.${table}`,
      ),
      { usd: '0.00615', unpriced: 1, n: 3 },
      table,
    )
  }
})

test('two backfills at once fill in once', async () => {
  await insertRows(engine, 'requests', [unpricedCall(4, 'cid', ['new-model']).request])
  await insertRows(engine, 'attempts', unpricedCall(4, 'cid', ['new-model']).attempts)
  await Promise.all([backfillCosts(engine, database), backfillCosts(engine, database)])
  assert.deepEqual(
    await one(
      `SELECT toString(sum(cost_usd)) AS usd, toInt32(sum(unpriced)) AS unpriced FROM sidelight.usage_daily WHERE customer = 'cid'`,
    ),
    { usd: '0.00205', unpriced: 0 },
  )
})

const name = "o'neil \\ söhne"

test('a customer is erased from rows and sums; the audit log knows it happened, not to whom', async () => {
  const rows = someRequests(seededRandom(4), 200, 100)
  const his = rows.filter(({ customer }) => customer === name)
  await insertRows(engine, 'requests', rows)
  await insertRows(
    engine,
    'attempts',
    his.map(({ ts, request_id }) => ({ ts, request_id, attempt: 1 })),
  )
  await insertRows(engine, 'feedback', [
    { ts: noon, request_id: his[0]?.request_id, customer: name, name: 'thumbs' },
  ])
  const others = () =>
    one(
      `SELECT count() AS n, toString(sum(cost_usd)) AS usd FROM sidelight.requests WHERE customer != {name:String}`.replace(
        '{name:String}',
        `'o\\'neil \\\\ söhne'`,
      ),
    )
  const before = await others()
  const erased = await eraseCustomer(engine, { customer: name, to, actor: 'test' })
  assert.equal(erased.counts['requests'], his.length)
  assert.equal(erased.counts['attempts'], his.length)
  assert.equal(erased.counts['feedback'], 1)
  for (const table of [
    'requests',
    'feedback',
    'usage_hourly',
    'usage_daily',
    'scores',
    'contents',
    'cache_audits',
    'cost_backfills',
  ]) {
    const left = await engine.rows(
      `SELECT 1 FROM sidelight.${table} WHERE customer = {name:String} LIMIT 1`,
      { name },
    )
    assert.deepEqual(left, [], table)
  }
  assert.deepEqual(await others(), before)
  const log = await one<{ subject: string; salt: string; counts: Record<string, number> }>(
    `SELECT subject, salt, counts FROM sidelight.audit_log WHERE action = 'erase_customer'`,
  )
  assert.equal(log?.subject, subjectOf(name, log?.salt ?? ''))
  assert.equal(log?.counts['requests'], his.length)
  const text = JSON.stringify(await engine.rows('SELECT * FROM sidelight.audit_log'))
  assert.ok(!text.includes('neil'))
})

test('erasing traffic that names no customer is refused', async () => {
  await assert.rejects(eraseCustomer(engine, { customer: '', to, actor: 'test' }), /names no customer/)
})
