import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { startEngine } from '../testing/engine.ts'
import { insertRows, someRequests } from '../testing/ledger-rows.ts'
import { seededRandom } from '../testing/random.ts'
import { tempDir } from '../testing/temp-dir.ts'
import { migrate } from './migrate.ts'
import { migrations } from './migrations/all.ts'

const folder = await tempDir()
const engine = await startEngine(folder.path)
after(async () => {
  await engine.close()
  await folder[Symbol.asyncDispose]()
})
await migrate(engine, { target: 'embedded', database: 'sidelight' })

const random = seededRandom(28)
const first = someRequests(random, 300)

async function counts() {
  const [row] = await engine.rows<Record<string, number>>(`SELECT
    (SELECT count() FROM sidelight.requests) AS requests,
    (SELECT sum(requests) FROM sidelight.usage_hourly) AS usage_hourly,
    (SELECT sum(requests) FROM sidelight.usage_daily) AS usage_daily`)
  return row
}
const all = (requests: number) => ({ requests, usage_hourly: requests, usage_daily: requests })

test('a batch that comes again under its token is dropped, in the rows and in every sum', async () => {
  await insertRows(engine, 'requests', first, 'one')
  const before = await sums()
  await insertRows(engine, 'requests', first, 'one')
  assert.deepEqual(await counts(), all(300))
  assert.deepEqual(await sums(), before)
})

test('equal rows under another token are other requests', async () => {
  await insertRows(engine, 'requests', first, 'two')
  assert.deepEqual(await counts(), all(600))
})

test('a batch whose sums were lost between rows and views is healed by the same token', async () => {
  const more = someRequests(random, 100, 1000)
  for (const view of viewsOfRequests()) await engine.run(`DETACH TABLE sidelight.${view}`)
  await insertRows(engine, 'requests', more, 'three')
  assert.deepEqual(await counts(), { ...all(600), requests: 700 }, 'the split')
  for (const view of viewsOfRequests()) await engine.run(`ATTACH TABLE sidelight.${view}`)
  await insertRows(engine, 'requests', more, 'three')
  assert.deepEqual(await counts(), all(700))
  await insertRows(engine, 'requests', more, 'three')
  assert.deepEqual(await counts(), all(700))
})

function viewsOfRequests(): string[] {
  const steps = migrations.flatMap((migration) => migration.steps)
  return steps.flatMap((step) =>
    step.kind === 'rollup' && step.select.includes('{requests}') ? [step.name] : [],
  )
}

async function sums() {
  return engine.rows(`SELECT sum(cost_usd) AS usd, sum(unpriced) AS unpriced, sum(output_tokens) AS tokens
    FROM sidelight.usage_hourly`)
}

/** The same question to the rows and to their sums. */
const pairs: readonly (readonly [name: string, raw: string, rolled: string])[] = [
  [
    'spend and use by every key of the hourly sums',
    `SELECT customer, toStartOfHour(ts) AS hour, app, team, feature, route, provider, model, env, role, count() AS n,
      ifNull(sum(cost_usd), 0) AS usd, countIf(cost_usd IS NULL) AS unpriced, sum(input_tokens) AS input, sum(attempt_count) AS calls,
      countIf(cache != 'off') AS asked, countIf(cache IN ('exact', 'lexical', 'semantic', 'stale')) AS hits, countIf(status = 'blocked') AS blocked
      FROM sidelight.requests GROUP BY ALL`,
    `SELECT customer, hour, app, team, feature, route, provider, model, env, role, sum(requests), sum(cost_usd), sum(unpriced),
      sum(input_tokens), sum(attempts), sum(cache_asked), sum(cache_hits), sum(blocked) FROM sidelight.usage_hourly GROUP BY ALL`,
  ],
  [
    'what a customer cost by day',
    `SELECT customer, toDate(ts) AS day, count(), ifNull(sum(cost_usd), 0), countIf(status IN ('error', 'truncated')) FROM sidelight.requests GROUP BY ALL`,
    'SELECT customer, day, sum(requests), sum(cost_usd), sum(failures) FROM sidelight.usage_daily GROUP BY ALL',
  ],
  [
    'the saving against the baseline, where there is one',
    `SELECT sum(baseline_usd), sumIf(cost_usd, baseline_usd IS NOT NULL) FROM sidelight.requests`,
    'SELECT sum(baseline_usd), sum(compared_usd) FROM sidelight.usage_hourly',
  ],
  [
    'error rate and hit rate by minute, of primary requests alone',
    `SELECT toStartOfMinute(ts) AS minute, route, provider, model, env, count(), countIf(status = 'error'), countIf(cache = 'exact'), countIf(cache = 'miss'),
      sum(overhead_us), countIf(first_token_ms IS NOT NULL) FROM sidelight.requests WHERE role = 'primary' GROUP BY ALL`,
    `SELECT minute, route, provider, model, env, sum(requests), sum(errors), sum(cache_exact), sum(cache_miss), sum(overhead_us_sum), sum(first_tokens)
      FROM sidelight.latency_1m GROUP BY ALL`,
  ],
  [
    'hours with their customers',
    `SELECT toStartOfHour(ts) AS hour, route, count(), uniqExactIf(customer, customer != '') FROM sidelight.requests WHERE role = 'primary' GROUP BY ALL`,
    'SELECT hour, route, sum(requests), uniqCombinedMerge(12)(customers) FROM sidelight.latency_1h GROUP BY ALL',
  ],
  [
    'prompts by day',
    `SELECT toDate(ts) AS day, prompt_name, prompt_version, count(), ifNull(sum(cost_usd), 0), sum(output_tokens) FROM sidelight.requests
      WHERE role = 'primary' GROUP BY ALL`,
    'SELECT day, prompt_name, prompt_version, sum(requests), sum(cost_usd), sum(output_tokens) FROM sidelight.prompt_daily GROUP BY ALL',
  ],
  [
    'drawn candidates, without cache hits',
    `SELECT route, segment, candidate_assigned, toStartOfHour(ts) AS hour, policy_role, count(), countIf(candidate_served = candidate_assigned),
      ifNull(sum(cost_usd), 0) FROM sidelight.requests WHERE role = 'primary' AND cache IN ('off', 'miss') GROUP BY ALL`,
    `SELECT route, segment, candidate, hour, policy_role, sum(requests), sum(served), sum(cost_usd) FROM sidelight.candidate_1h GROUP BY ALL`,
  ],
]

for (const [name, raw, rolled] of pairs) {
  test(`sums equal rows: ${name}`, async () => {
    const sorted = async (sql: string) =>
      (await engine.rows<Record<string, unknown>>(sql))
        .map((row) => JSON.stringify(Object.values(row)))
        .sort()
    const wanted = await sorted(raw)
    assert.ok(wanted.length > 0)
    assert.deepEqual(await sorted(rolled), wanted)
  })
}

test('judge and shadow calls are on the invoice and not among what customers did', async () => {
  const rows = await engine.rows<{ role: string; usd: number }>(
    'SELECT role, toFloat64(sum(cost_usd)) AS usd FROM sidelight.usage_hourly GROUP BY role ORDER BY role',
  )
  assert.deepEqual(
    rows.map(({ role }) => role),
    ['audit', 'judge', 'primary', 'shadow'],
  )
  assert.ok(rows.every(({ usd }) => usd > 0))
})

test('times to the first content are those of streams that a provider answered', async () => {
  const [row] = await engine.rows<{ exact: number; sketched: number }>(`SELECT
    (SELECT quantileExactIf(0.5)(assumeNotNull(first_token_ms), first_token_ms IS NOT NULL AND streamed AND cache IN ('off', 'miss'))
      FROM sidelight.requests WHERE role = 'primary') AS exact,
    (SELECT quantilesTDigestMerge(0.5, 0.95, 0.99)(first_token_digest)[1] FROM sidelight.latency_1h) AS sketched`)
  const { exact = 0, sketched = 0 } = row ?? {}
  assert.ok(Math.abs(sketched / exact - 1) < 0.05, `${sketched} for ${exact}`)
})

test('quantiles of digests are within one percent of the exact ones', async () => {
  const [row] = await engine.rows<{ exact: number[]; sketched: number[] }>(`SELECT
    (SELECT quantilesExact(0.5, 0.95, 0.99)(duration_ms) FROM sidelight.requests WHERE role = 'primary') AS exact,
    (SELECT quantilesTDigestMerge(0.5, 0.95, 0.99)(duration_digest) FROM sidelight.latency_1h) AS sketched`)
  row?.exact.forEach((value, index) => {
    assert.ok(Math.abs((row.sketched[index] ?? 0) / value - 1) < 0.01, `${row.sketched[index]} for ${value}`)
  })
})
