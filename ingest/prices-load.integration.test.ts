import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { formatMoney } from '../contract/money.ts'
import { type Catalog, loadShippedCatalog } from '../contract/prices/catalog.ts'
import { costOf } from '../contract/prices/cost.ts'
import type { ImageOptions } from '../contract/prices/cost-request.ts'
import { imageOptionsOf, imageOptionText } from '../contract/prices/image-option.ts'
import { applyOverrides } from '../contract/prices/overrides.ts'
import type { SearchSize } from '../contract/prices/seed.ts'
import { type OtherUsage, usageClasses } from '../contract/usage.ts'
import { startEngine } from '../testing/engine.ts'
import { type Random, seededRandom } from '../testing/random.ts'
import { tempDir } from '../testing/temp-dir.ts'
import { migrate } from './migrate.ts'
import { loadPrices } from './prices-load.ts'

const folder = await tempDir()
const engine = await startEngine(folder.path)
after(async () => {
  await engine.close()
  await folder[Symbol.asyncDispose]()
})

const database = 'sidelight'
await migrate(engine, { target: 'embedded', database })

const prices = {
  prices: [
    {
      provider: 'mine',
      model: 'deepseek-chat',
      valid_from: '2026-11-10',
      input: '0.123456789012',
      cache_read: 0.01,
    },
    { provider: 'mine', model: 'night', utc: ['22:30', '06:00'], input: 0.5, output: 1 },
    {
      provider: 'mine',
      model: 'night',
      input: 1,
      output: 2,
      output_reasoning: 3,
      tiers: [{ above: 1000, input: 7 }],
    },
    { provider: 'mine', model: 'voice', per_hour: 0.37, per_1m_chars: 15 },
    { provider: 'mine', model: 'painter', per_image: 0.0123456789 },
  ],
  factors: { providers: { mine: 0.8765 } },
}
const config = { providers: { mine: { kind: 'openai-compatible', host: 'deepseek' } } }
const { catalog } = applyOverrides(loadShippedCatalog(), prices, config)

const load = (from: Catalog, nowMs: number) => loadPrices(engine, { catalog: from, database, nowMs })

test('a price list is loaded once, and again only where it changed', async () => {
  const first = await load(loadShippedCatalog(), 1_000)
  assert.ok(first.providers.includes('openai') && first.rows > 2000)
  assert.deepEqual(await load(loadShippedCatalog(), 2_000), { providers: [], rows: 0 })
  assert.deepEqual((await load(catalog, 3_000)).providers, ['mine'])
})

const classes = [
  ['input', 400_000],
  ['cache_read', 300_000],
  ['cache_write', 50_000],
  ['cache_write_1h', 50_000],
  ['input_audio', 9_000],
  ['cache_read_audio', 9_000],
  ['input_image', 9_000],
  ['output', 60_000],
  ['output_audio', 9_000],
  ['output_image', 9_000],
  ['characters', 9_000],
  ['pages', 40],
  ['queries', 40],
  ['web_searches', 40],
  ['file_searches', 40],
] as const
const tiers = ['', 'default', 'flex', 'priority', 'batch', 'ON_DEMAND', 'scale', 'Standard']
const zones = ['', 'global', 'eu', 'us', 'EU', 'moon']
const speeds = ['', 'fast', 'standard']

function randomClasses(random: Random): Record<string, number> {
  const used: Record<string, number> = {}
  for (const [name, most] of classes) {
    const isCommon = name === 'input' || name === 'output'
    if (random.chance(isCommon ? 0.9 : 0.12)) used[name] = 1 + random.int(most)
  }
  return used
}

/** What other models of the list used in the same call; a name is often followed by its date. */
function randomOthers(random: Random, ids: readonly string[]): OtherUsage[] {
  const models = new Set(Array.from({ length: 1 + random.int(3) }, () => random.pick(ids)))
  return [...models].map((id) => ({
    model: random.chance(0.05) ? 'nobody' : random.chance(0.2) ? `${id}-2026-11-05` : id,
    classes: {
      output: 1 + random.int(5000),
      ...(random.chance(0.3) ? randomClasses(random) : { input: 77 }),
    },
  }))
}

function randomCall(random: Random, models: readonly (readonly [string, string])[]) {
  const [provider, model] = random.pick(models)
  const used = randomClasses(random)
  if (random.chance(0.05)) used['audio_seconds'] = (1 + random.int(500_000)) / random.pick([1, 100, 997])
  // Starts on any minute of days around which prices changed.
  const atMs =
    Date.UTC(2026, 6, 1) + random.int(150) * 86_400_000 + random.int(1440) * 60_000 + random.int(60_000)
  return {
    provider,
    model,
    atMs,
    zone: random.pick(zones),
    searchSize: random.pick<SearchSize | undefined>([undefined, 'low', 'medium', 'high']),
    image: undefined as ImageOptions | undefined,
    usage: {
      classes: used,
      others: undefined as readonly OtherUsage[] | undefined,
      ...(random.chance(0.3) ? { reasoning: random.int(used['output'] ?? 1) } : {}),
      serviceTier: random.pick(tiers),
      speed: random.pick(speeds),
    },
  }
}

const sizes = ['1024x1024', '1024X1024', '512x512', '1024x1792', '256x256', '1536x1024', '7x7', undefined]
const qualities = ['standard', 'hd', 'low', 'medium', 'high', 'Standard', undefined]

/** Images of a size and quality that is listed, or not, or not said. */
function randomImages(random: Random, from: ReturnType<typeof randomCall>) {
  const table = catalog.source.shelves.get(from.provider)?.get(from.model)?.image_table ?? {}
  const [quality, size, steps] = partsOf(random.pick(['7-x-7', ...Object.keys(table)]))
  const image = imageOptionsOf({
    size: random.chance(0.5) ? size : random.pick(sizes),
    quality: random.chance(0.5) ? quality : random.pick(qualities),
    steps: random.chance(0.4) ? 1 + random.int(80) : steps,
  })
  // Tokens beat the table where both are there.
  const used = random.chance(0.2) ? from.usage.classes : {}
  return {
    ...from,
    image,
    searchSize: undefined,
    usage: { ...from.usage, classes: { ...used, images: 1 + random.int(10) } },
  }
}

function partsOf(
  key: string,
): [quality: string | undefined, size: string | undefined, steps: number | undefined] {
  const words = key.split('/')
  const at = words.findIndex((word) => word.includes('-x-'))
  const steps = Number.parseInt(words[at + 1] ?? '', 10)
  return [
    at > 0 ? words[0] : undefined,
    words[at]?.replace('-x-', 'x'),
    Number.isNaN(steps) ? undefined : steps,
  ]
}

test('the engine works out every call to the twelfth decimal as the sidecar did', async () => {
  const random = seededRandom(20261128)
  const models = ['mine', ...catalog.source.shelves.keys()].flatMap((provider) =>
    catalog.modelsOf(provider).map(({ id }) => [provider, id] as const),
  )
  const own = models.filter(([provider]) => provider === 'mine')
  const tabled = [...catalog.source.shelves].flatMap(([provider, shelf]) =>
    [...shelf.values()].flatMap(({ id, image_table: table }) => (table ? [[provider, id] as const] : [])),
  )
  assert.ok(tabled.length > 8)
  const calls = Array.from({ length: 6000 }, (_, n) => {
    if (n % 6 === 0) return randomImages(random, randomCall(random, n % 60 === 0 ? models : tabled))
    const call = randomCall(random, n % 4 === 1 ? own : models)
    if (n % 10 !== 1) return call
    const ids = catalog.modelsOf(call.provider).map(({ id }) => id)
    return { ...call, usage: { ...call.usage, others: randomOthers(random, ids) } }
  })
  const expected = new Map<string, string | null>()
  const lines = calls.map((call, n) => {
    const id = uuidAt(call.atMs, n)
    const { resolved, cost } = priced(call)
    expected.set(id, cost)
    return JSON.stringify({
      ts: call.atMs + 5000,
      request_id: id,
      attempt: 1,
      provider: call.provider,
      model: call.model,
      price_model: resolved,
      usage_classes: usageClasses(usageOf(call)),
      reasoning_tokens: call.usage.reasoning ?? 0,
      service_tier: call.usage.serviceTier,
      price_zone: call.zone,
      speed: call.usage.speed,
      price_option: call.image === undefined ? (call.searchSize ?? '') : imageOptionText(call.image),
      cost_usd: cost,
    })
  })
  await engine.run(`INSERT INTO sidelight.attempts FORMAT JSONEachRow\n${lines.join('\n')}`)
  const rows = await engine.rows<{ request_id: string; usd: string | null }>(
    'SELECT toString(request_id) AS request_id, toString(catalog_usd) AS usd FROM sidelight.attempt_prices',
  )
  assert.equal(rows.length, calls.length)
  const wrong = rows.filter(({ request_id, usd }) => usd !== expected.get(request_id))
  assert.deepEqual(
    wrong.slice(0, 5).map((row) => ({
      ...row,
      expected: expected.get(row.request_id),
      call: calls[numberOf(row.request_id)],
    })),
    [],
    `${wrong.length} of ${rows.length} differ`,
  )
  const isKnown = (call: Call, n: number) =>
    ![null, '0', undefined].includes(expected.get(uuidAt(call.atMs, n)))
  const share = (kind: (call: Call) => boolean) => {
    const known = calls.filter((call, n) => kind(call) && isKnown(call, n)).length
    return [known, calls.filter(kind).length - known]
  }
  const counts = {
    all: share(() => true),
    images: share(({ image }) => image !== undefined),
    others: share(({ usage }) => usage.others !== undefined),
  }
  for (const [kind, [known = 0, unknown = 0]] of Object.entries(counts))
    assert.ok(known > 100 && unknown > 100, `${kind}: ${known} calls had a price, ${unknown} had none`)
})

type Call = ReturnType<typeof randomCall>

function usageOf({ usage: { others, ...usage } }: Call) {
  return others === undefined ? usage : { ...usage, others }
}

function priced(call: Call): { resolved: string; cost: string | null } {
  const resolved = catalog.resolve(call.provider, call.model)
  const { costUsd } = costOf({ catalog, ...call, usage: usageOf(call) })
  return { resolved: resolved?.model.id ?? '', cost: costUsd === undefined ? null : formatMoney(costUsd) }
}

function uuidAt(ms: number, n: number): string {
  const time = ms.toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${n.toString(16).padStart(12, '0')}`
}

function numberOf(id: string): number {
  return Number.parseInt(id.slice(-12), 16)
}
