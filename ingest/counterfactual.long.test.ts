import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, test } from 'node:test'
import { parseConfig } from '../contract/config/load.ts'
import { loadShippedCatalog } from '../contract/prices/catalog.ts'
import { costOf } from '../contract/prices/cost.ts'
import { applyOverrides } from '../contract/prices/overrides.ts'
import { startEngine } from '../testing/engine.ts'
import { type Random, seededRandom } from '../testing/random.ts'
import { tempDir } from '../testing/temp-dir.ts'
import { candidateRowsOf, loadCandidates } from './candidates-load.ts'
import { migrate } from './migrate.ts'
import { loadPrices } from './prices-load.ts'

const folder = await tempDir()
const engine = await startEngine(folder.path)
after(async () => {
  await engine.close()
  await folder[Symbol.asyncDispose]()
})

const database = 'sidelight'
const { config } = parseConfig(
  `
providers:
  mine: { kind: openai-compatible, host: deepseek, baseUrl: 'http://127.0.0.1:9' }
  own: { kind: openai-compatible, baseUrl: 'http://127.0.0.1:9', prices: free }
routes:
  support:
    baseline: best
    candidates:
      - { id: cheap, provider: mine, model: small }
      - { id: strong, provider: mine, model: tiered }
      - { id: spare, provider: mine, model: windowed }
      - { id: ours, provider: own, model: anything }
      - { id: dear, provider: mine, model: nobody-knows }
      - { id: best, provider: mine, model: large }
`,
  'test.yaml',
  {},
)
const prices = {
  prices: [
    { provider: 'mine', model: 'small', input: 0.1, cache_read: 0.01, output: 0.4 },
    { provider: 'mine', model: 'tiered', input: 1, output: 5, tiers: [{ above: 1000, input: 2, output: 9 }] },
    { provider: 'mine', model: 'tiered', valid_from: '2026-11-15', input: 0.8, output: 4 },
    { provider: 'mine', model: 'windowed', utc: ['20:00', '04:00'], input: 0.2, output: 1 },
    {
      provider: 'mine',
      model: 'windowed',
      input: 0.5,
      output: 2,
      output_reasoning: 3,
      per_1k_web_searches: 10,
    },
    { provider: 'mine', model: 'large', input: 3, cache_read: 0.3, output: 15 },
  ],
  factors: { providers: { mine: 0.875 } },
}
const { catalog } = applyOverrides(loadShippedCatalog(), prices, config)
const models: Readonly<Record<string, string>> = {
  cheap: 'small',
  strong: 'tiered',
  spare: 'windowed',
  ours: 'anything',
  dear: 'nobody-knows',
  best: 'large',
  'mine/large': 'large',
}

interface Row {
  readonly request_id: string
  readonly ts: number
  readonly role: string
  readonly segment: string
  readonly candidates: readonly string[]
  readonly probabilities: readonly number[]
  readonly propensity: number
  readonly candidate_assigned: string
  readonly candidate_served: string
  readonly unit_hash: string
  readonly request_bytes: number
  readonly input_tokens: number
  readonly output_tokens: number
  readonly reasoning_tokens: number
  readonly usage_classes: Readonly<Record<string, number>>
  readonly [column: string]: unknown
}

const dayMs = 86_400_000
const firstMs = Date.UTC(2026, 10, 10)

function idAt(ms: number, n: number): string {
  const time = ms.toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${n.toString(16).padStart(12, '0')}`
}

/** A request that was drawn by weights; `strong` makes more tokens of the same text and says twice as much. */
function randomRow(random: Random, n: number): Row {
  const segment = random.pick(['faq', 'faq', 'mail'])
  const chance = random.pick([0.3, 0.6])
  const isDrawn = segment === 'faq' || random.chance(0.02)
  const candidates = ['cheap', 'dear', 'ours', 'spare', 'strong', 'mine/large']
  const probabilities = isDrawn ? [1 - chance, 0, 0, 0, chance, 0] : [1, 0, 0, 0, 0, 0]
  const served = isDrawn && random.chance(chance) ? 'strong' : 'cheap'
  return {
    ...usageOf(random, served),
    ...common(random, n),
    segment,
    candidates,
    probabilities,
    ...drawn(served),
  }

  function drawn(candidate: string) {
    const propensity = probabilities[candidates.indexOf(candidate)] ?? 0
    return {
      propensity,
      candidate_assigned: candidate,
      candidate_served: candidate,
      model: models[candidate],
    }
  }
}

function common(random: Random, n: number) {
  const ts = firstMs + random.int(10 * dayMs)
  return {
    request_id: idAt(ts, n),
    ts,
    role: 'primary',
    route: 'support',
    customer: `c${n % 5}`,
    provider: 'mine',
    status: random.chance(0.03) ? 'error' : 'ok',
    usage_source: 'provider',
    attempt_count: random.chance(0.03) ? 2 : 1,
    unit_hash: random.int(120).toString(16).padStart(32, '0'),
    cost_usd: '0.001',
  }
}

function usageOf(random: Random, served: string) {
  const bytes = 500 + random.int(1000) + (random.chance(0.2) ? 12_000 : 0)
  const input = Math.round(bytes / (served === 'strong' ? 3.2 : 4) + random.int(9))
  const output = Math.round((20 + random.int(200)) * (served === 'strong' ? 2 : 1))
  const cached = random.chance(0.3) ? Math.floor(input / 3) : 0
  const reasoning = random.chance(0.3) ? Math.floor(output / 4) : 0
  const classes = {
    input: input - cached,
    output,
    ...(cached > 0 ? { cache_read: cached } : {}),
    ...(random.chance(0.05) ? { web_searches: 2 } : {}),
  }
  return {
    request_bytes: bytes,
    input_tokens: input,
    cached_input_tokens: cached,
    output_tokens: output,
    reasoning_tokens: reasoning,
    usage_classes: classes,
  }
}

const random = seededRandom(20261129)
const rows = Array.from({ length: 2000 }, (_, n) => randomRow(random, n))
// Some of `mail` were answered by another candidate as well, on the side.
const shadows = rows
  .filter((row) => row.segment === 'mail' && row.candidate_served === 'cheap' && row['status'] === 'ok')
  .slice(0, 300)
  .map((row, n) => ({
    ...row,
    request_id: idAt(row.ts, 100_000 + n),
    role: 'shadow',
    pair_id: row.request_id,
    candidate_served: 'strong',
    input_tokens: Math.round(row.input_tokens * (1.2 + random.next() / 10)),
    output_tokens: Math.round(row.output_tokens * (1.5 + random.next())),
  }))

await migrate(engine, { target: 'embedded', database })
await loadPrices(engine, { catalog, database, nowMs: 1 })
const configured = candidateRowsOf(config, catalog)
await engine.run(
  `INSERT INTO sidelight.requests FORMAT JSONEachRow\n${[...rows, ...shadows].map((row) => JSON.stringify(row)).join('\n')}`,
)

test('who a candidate is gets known once, and again where it changed', async () => {
  const load = (from: typeof configured, nowMs: number) =>
    loadCandidates(engine, { rows: from, database, nowMs })
  assert.equal(await load(configured, 1), 6)
  assert.equal(await load(configured, 2), 0)
  const moved = configured.map((row) => ({ ...row, is_baseline: row.candidate === 'cheap' }))
  assert.equal(await load(moved, 3), 2)
  const baselines = () =>
    engine.rows(
      `SELECT dictGet('sidelight.route_candidates_by_id', 'baseline', ('support', '')) AS candidate`,
    )
  assert.deepEqual(await baselines(), [{ candidate: 'cheap' }])
  assert.equal(await load(configured, 4), 2)
  assert.deepEqual(await baselines(), [{ candidate: 'best' }])
})

interface Ratio {
  readonly basis: string
  readonly input: readonly [least: number, best: number, most: number]
  readonly output: readonly [least: number, best: number, most: number]
}

const total = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0)

/** A ratio of sums with the relative variance that its groups show. */
function ratioOver(groups: readonly (readonly [above: number, below: number])[]) {
  const above = total(groups.map(([value]) => value))
  const ratio = above / total(groups.map(([, value]) => value))
  const spread = total(groups.map(([value, base]) => (value - ratio * base) ** 2))
  return { ratio, variance: ((groups.length / (groups.length - 1)) * spread) / above ** 2 }
}

function grouped<T>(items: readonly T[], key: (item: T) => number): T[][] {
  const groups = new Map<number, T[]>()
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item])
  return [...groups.values()]
}

const within = (ratio: number, error: number, degrees: number) => {
  const width = (1.96 + 2.4 / degrees) * error
  return [ratio * Math.exp(-width), ratio, ratio * Math.exp(width)] as const
}

/** From those who were drawn: tokens by byte of text, and tokens of an answer, each weighed by its chance. */
function randomisedRatio(groupOf: (row: Row) => number, from: string, to: string): Ratio {
  const isCounted = (row: Row) =>
    row.segment === 'faq' && row['status'] === 'ok' && row['attempt_count'] === 1 && row.propensity < 1
  const side = (candidate: string) => {
    const groups = grouped(
      rows.filter((row) => isCounted(row) && row.candidate_served === candidate),
      groupOf,
    )
    const sums = (above: (row: Row) => number, below: (row: Row) => number) =>
      ratioOver(
        groups.map((group) => [
          total(group.map((row) => above(row) / row.propensity)),
          total(group.map((row) => below(row) / row.propensity)),
        ]),
      )
    return {
      degrees: groups.length - 1,
      input: sums(
        (row) => row.input_tokens,
        (row) => row.request_bytes,
      ),
      output: sums(
        (row) => row.output_tokens,
        () => 1,
      ),
    }
  }
  const [own, other] = [side(from), side(to)]
  const degrees = Math.min(own.degrees, other.degrees)
  const compared = (part: 'input' | 'output') =>
    within(other[part].ratio / own[part].ratio, Math.sqrt(own[part].variance + other[part].variance), degrees)
  return { basis: 'randomised', input: compared('input'), output: compared('output') }
}

/** From the same prompts answered by both. */
function shadowRatio(groupOf: (row: Row) => number): Ratio {
  const primaries = new Map(rows.map((row) => [row.request_id, row]))
  const pairs = shadows
    .map((shadow) => ({ shadow, primary: primaries.get(shadow.pair_id) as Row }))
    .filter(({ primary }) => primary['attempt_count'] === 1)
  const groups = grouped(pairs, ({ primary }) => groupOf(primary))
  const compared = (column: 'input_tokens' | 'output_tokens') => {
    const sums = groups.map(
      (group) =>
        [
          total(group.map(({ shadow }) => shadow[column])),
          total(group.map(({ primary }) => primary[column])),
        ] as const,
    )
    const { ratio, variance } = ratioOver(sums)
    return within(ratio, Math.sqrt(variance), groups.length - 1)
  }
  return { basis: 'shadow', input: compared('input_tokens'), output: compared('output_tokens') }
}

/** What the price list says of the request's tokens, more or fewer of them. Null: unknown. */
function estimateOf(
  row: Row,
  candidate: string,
  scale: { input: number; output: number; atMs: number },
): number | null {
  const model = models[candidate] ?? ''
  if (candidate === 'ours') return 0
  const classes = Object.fromEntries(
    Object.entries(row.usage_classes).map(([name, count]) => {
      if (name === 'web_searches') return [name, count]
      return [name, count * (name === 'output' ? scale.output : scale.input)]
    }),
  )
  const reasoning = row.reasoning_tokens * scale.output
  const { costUsd } = costOf({
    catalog,
    provider: 'mine',
    model,
    usage: { classes, reasoning },
    atMs: scale.atMs,
  })
  return costUsd === undefined ? null : Number(costUsd) / 1e12
}

interface Estimate {
  readonly request_id: string
  readonly candidate: string
  readonly basis: string
  readonly is_eligible: number
  readonly is_baseline: number
  readonly estimate_usd: number | null
  readonly estimate_low_usd: number | null
  readonly estimate_high_usd: number | null
  readonly today_usd: number | null
  readonly now: string
}

const near = (found: number | null, expected: number | null) =>
  found === null || expected === null
    ? found === expected
    : // Money ends at the twelfth decimal, an estimate does not.
      Math.abs(found - expected) <= 1e-12 + 1e-9 * Math.abs(expected)

test('every candidate of every request is priced as plain arithmetic says', async () => {
  const hashes = await engine.rows<{ unit: string; n: number }>(
    `SELECT DISTINCT toString(unit_hash) AS unit, toUInt8(cityHash64(unit_hash) % 64) AS n FROM sidelight.requests`,
  )
  const groups = new Map(hashes.map(({ unit, n }) => [unit, n]))
  const groupOf = (row: Row) => groups.get(row.unit_hash) ?? -1
  const faq = {
    up: randomisedRatio(groupOf, 'cheap', 'strong'),
    down: randomisedRatio(groupOf, 'strong', 'cheap'),
  }
  const mail = shadowRatio(groupOf)
  const same: Ratio = { basis: 'same tokens', input: [1, 1, 1], output: [1, 1, 1] }
  const ratioFor = (row: Row, candidate: string): Ratio => {
    if (candidate === row.candidate_served) return { ...same, basis: 'served' }
    const isUp = row.candidate_served === 'cheap' && candidate === 'strong'
    if (row.segment === 'mail') return isUp ? mail : same
    if (isUp) return faq.up
    return candidate === 'cheap' ? faq.down : same
  }
  const found = await engine.rows<Estimate>(
    `SELECT toString(request_id) AS request_id, candidate, basis, is_eligible, is_baseline, estimate_usd, estimate_low_usd,
      estimate_high_usd, today_usd, toString(today()) AS now FROM sidelight.counterfactual`,
  )
  assert.equal(found.length, rows.length * 7)
  const byId = new Map(rows.map((row) => [row.request_id, row]))
  const counts: Record<string, number> = {}
  for (const one of found) {
    const row = byId.get(one.request_id) as Row
    const ratio = ratioFor(row, one.candidate)
    const todayMs = Date.parse(one.now) + (row.ts % dayMs)
    const at = (index: 0 | 1 | 2, atMs = row.ts) =>
      estimateOf(row, one.candidate, { input: ratio.input[index], output: ratio.output[index], atMs })
    const isUnsure = ratio.basis === 'same tokens'
    const isRight =
      one.basis === ratio.basis &&
      Boolean(one.is_baseline) === (one.candidate === 'best') &&
      Boolean(one.is_eligible) === (one.candidate !== 'best') &&
      near(one.estimate_usd, at(1)) &&
      near(one.estimate_low_usd, isUnsure ? null : at(0)) &&
      near(one.estimate_high_usd, isUnsure ? null : at(2)) &&
      near(one.today_usd, at(1, todayMs))
    if (!isRight)
      assert.fail(JSON.stringify({ one, row, ratio, expected: [at(0), at(1), at(2), at(1, todayMs)] }))
    const kind = one.estimate_usd === null ? 'unknown' : one.basis
    counts[kind] = (counts[kind] ?? 0) + 1
  }
  assert.deepEqual(Object.keys(counts).sort(), ['randomised', 'same tokens', 'served', 'shadow', 'unknown'])
  // The truth that the rows were made from lies within the interval, and nowhere near 1.
  assert.ok(
    faq.up.input[0] < 1.25 && faq.up.input[2] > 1.2 && faq.up.output[0] > 1.7 && faq.up.output[2] < 2.4,
  )
})

test('any model of the list can be asked, candidate or not', async () => {
  const [row] = await engine.rows<{ n: number; usd: number }>(
    `SELECT count() AS n, sum(estimate_usd) AS usd FROM sidelight.counterfactual_models WHERE provider = 'mine' AND model = 'large'`,
  )
  const expected = rows.map((one) => estimateOf(one, 'best', { input: 1, output: 1, atMs: one.ts }))
  const isWhole = expected.filter((usd) => usd !== null)
  assert.equal(Number(row?.n), rows.length)
  assert.ok(Math.abs((row?.usd ?? 0) - total(isWhole)) < 1e-9 * total(isWhole) + isWhole.length * 1e-12)
})

/** The queries of the guide, as they stand there, about the rows of this test. */
async function examples(): Promise<string[]> {
  const guide = await readFile(new URL('../docs/guide/costs.md', import.meta.url), 'utf8')
  const section = guide.split('\n## ').find((part) => part.startsWith('What would it have cost?')) ?? ''
  return [...section.matchAll(/```sql\n([^`]*)```/g)].map(([, sql = '']) =>
    sql
      .replaceAll('now()', "toDateTime('2026-12-05 00:00:00')")
      .replaceAll("'gpt-5-mini'", "'large'")
      .replaceAll("'openai'", "'mine'"),
  )
}

const policy = {
  segments: { faq: { cheap: 0.25, strong: 0.75 } },
  default: { strong: 0.5, best: 0.25, 'mine/large': 0.25 },
  merge: { mail: 'other' },
}

test('the queries of the guide answer what they say', async () => {
  const line = { ts: 1, route: 'support', version: 12, document: JSON.stringify(policy) }
  await engine.run(`INSERT INTO sidelight.routing_policies FORMAT JSONEachRow\n${JSON.stringify(line)}`)
  const [today, candidate, model, underPolicy, ...more] = await Promise.all(
    (await examples()).map((sql) => engine.rows<Record<string, number>>(sql)),
  )
  assert.deepEqual(more, [])
  const spent = rows.length / 1000
  const estimates = await engine.rows<{
    segment: string
    candidate: string
    basis: string
    n: number
    usd: number
    now: number
  }>(
    `SELECT segment, candidate, basis, count() AS n, sum(estimate_usd) AS usd, sum(today_usd) AS now
     FROM sidelight.counterfactual GROUP BY ALL`,
  )
  const sumOf = (
    isMeant: (one: (typeof estimates)[number]) => boolean,
    column: 'usd' | 'now' | 'n' = 'usd',
  ) => total(estimates.filter(isMeant).map((one) => Number(one[column] ?? 0)))
  const isNear = (found: number | undefined, expected: number) =>
    assert.ok(Math.abs((found ?? 0) - expected) < 1e-9 * expected, `${found} is not ${expected}`)
  isNear(today?.[0]?.['spent'], spent)
  isNear(
    today?.[0]?.['today'],
    sumOf(({ basis }) => basis === 'served', 'now'),
  )
  for (const row of candidate ?? []) {
    const isMeant = (one: (typeof estimates)[number]) =>
      one.candidate === 'strong' && one.basis === String(row['basis'])
    assert.equal(Number(row['requests']), sumOf(isMeant, 'n'))
    isNear(row['estimate'], sumOf(isMeant))
  }
  assert.equal(candidate?.length, 3)
  isNear(model?.[0]?.['spent'], spent)
  const isFaq = ({ segment }: { segment: string }) => segment === 'faq'
  const of = (id: string) => (one: (typeof estimates)[number]) => one.candidate === id
  const shares = [
    0.25 * sumOf((one) => isFaq(one) && of('cheap')(one)),
    0.75 * sumOf((one) => isFaq(one) && of('strong')(one)),
    // `best` was not eligible, so what it has goes to the others.
    (2 / 3) * sumOf((one) => !isFaq(one) && of('strong')(one)),
    (1 / 3) * sumOf((one) => !isFaq(one) && of('mine/large')(one)),
  ]
  isNear(underPolicy?.[0]?.['spent'], spent)
  isNear(underPolicy?.[0]?.['estimate'], total(shares))
})
