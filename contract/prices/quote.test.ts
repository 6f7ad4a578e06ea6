import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../../testing/random.ts'
import { type Catalog, loadCatalog, loadShippedCatalog } from './catalog.ts'
import { costOf } from './cost.ts'
import { applyOverrides } from './overrides.ts'
import { quoteOf } from './quote.ts'

const shipped = loadShippedCatalog()
const providers = [...shipped.source.shelves.keys()]
const tiers = ['', '', 'flex', 'priority', 'batch', 'standard', 'Flex', 'on_demand_priority', 'unheard_of']
const picosPerUsd = 1e12
/** What a bill may lose by being rounded to a millionth of a millionth. */
const rounding = 0.5

/** The quote's figure for some usage beside the bill's, in pico-dollars; undefined where either has none. */
function both(ask: {
  catalog: Catalog
  provider: string
  model: string
  atMs: number
  serviceTier: string
  classes: { input: number; cache_read: number; cache_write: number; output: number }
}): { quoted: number; billed: number } | undefined {
  const { classes, ...where } = ask
  const inputTokens = classes.input + classes.cache_read + classes.cache_write
  const quote = quoteOf({ ...where, inputTokens })
  const { costUsd } = costOf({ ...where, usage: { classes, serviceTier: ask.serviceTier } })
  if (quote === undefined || costUsd === undefined) return undefined
  const quoted =
    classes.input * quote.input +
    classes.cache_read * quote.cacheRead +
    classes.cache_write * quote.cacheWrite +
    classes.output * quote.output
  return { quoted: quoted * picosPerUsd, billed: Number(costUsd) }
}

function assertEqual(found: { quoted: number; billed: number }, what: string): void {
  const { quoted, billed } = found
  assert.ok(
    Math.abs(quoted - billed) <= 1e-9 * billed + rounding,
    `${what}: ${quoted} quoted, ${billed} billed`,
  )
}

test('a quote is the bill, for random usage of every model in the catalog (seed 31)', () => {
  const random = seededRandom(31)
  let compared = 0
  for (const provider of providers) {
    for (const { id: model, mode } of shipped.modelsOf(provider)) {
      for (let round = 0; round < 8; round += 1) {
        const size = 10 ** (2 + random.int(5))
        const classes = {
          input: random.int(size),
          cache_read: random.int(size),
          cache_write: random.int(size),
          output: mode === 'chat' ? random.int(size) : 0,
        }
        const atMs = Date.UTC(2026, 5 + random.int(8), 1 + random.int(28), random.int(24), random.int(60))
        const ask = { catalog: shipped, provider, model, atMs, serviceTier: random.pick(tiers), classes }
        const found = both(ask)
        if (found === undefined) continue
        compared += 1
        assertEqual(found, JSON.stringify({ ...ask, catalog: undefined }))
      }
    }
  }
  assert.ok(compared > 1000, `${compared} compared`)
})

test('the tier of long requests holds from one token above its bound', () => {
  let bounds = 0
  for (const provider of providers) {
    for (const { id: model } of shipped.modelsOf(provider)) {
      const entries = shipped.resolve(provider, model)?.prices.entries ?? []
      for (const { above } of entries.flatMap((entry) => entry.tiers)) {
        for (const input of [above, above + 1]) {
          const classes = { input, cache_read: 0, cache_write: 0, output: 10 }
          const found = both({
            catalog: shipped,
            provider,
            model,
            atMs: Date.UTC(2026, 10, 28),
            serviceTier: '',
            classes,
          })
          if (found !== undefined) assertEqual(found, `${provider}/${model} at ${input}`)
          bounds += 1
        }
      }
    }
  }
  assert.ok(bounds > 0)
})

const windows = loadCatalog({
  meta: {},
  models: [
    {
      id: 'm',
      provider: 'p',
      mode: 'chat',
      src: 'g',
      service: { flex: { all: 0.5 }, priority: { input: 2, cache_write: 1.5, output: 3 } },
      prices: [
        { input: 4, output: 8 },
        { from: '2026-06-01', input: 2, output: 6, cache_read: 0.2, cache_write: 2.5 },
        { from: '2026-06-01', utc: ['16:30', '00:30'], input: 1, output: 3 },
      ],
    },
    { id: 'silent', provider: 'p', mode: 'chat', src: 'g', prices: [{ output: 3 }] },
  ],
})

const quoteAt = (atMs: number, serviceTier = '', model = 'm') =>
  quoteOf({ catalog: windows, provider: 'p', model, inputTokens: 1, atMs, serviceTier })

test('dates, daily windows and service tiers count', () => {
  const noon = Date.UTC(2026, 10, 28, 12)
  const close = (actual: number | undefined, usdPerMillion: number) =>
    assert.ok(Math.abs((actual ?? 0) * 1e6 - usdPerMillion) < 1e-9, `${actual}`)
  close(quoteAt(Date.UTC(2026, 4, 31))?.input, 4)
  close(quoteAt(noon)?.input, 2)
  close(quoteAt(Date.UTC(2026, 10, 28, 16, 30))?.input, 1)
  close(quoteAt(Date.UTC(2026, 10, 28, 0, 29))?.input, 1)
  close(quoteAt(Date.UTC(2026, 10, 28, 0, 30))?.input, 2)
  close(quoteAt(noon, 'flex')?.output, 3)
  close(quoteAt(noon, 'priority')?.output, 18)
  close(quoteAt(noon)?.cacheRead, 0.2)
})

test('a discount of the provider counts', () => {
  const file = { factors: { providers: { p: 0.75 } } }
  const { catalog } = applyOverrides(windows, file, { providers: {} })
  const ask = { catalog, provider: 'p', model: 'm', atMs: Date.UTC(2026, 10, 28, 12) }
  const classes = { input: 1_000_003, cache_read: 7, cache_write: 11, output: 4001 }
  for (const serviceTier of ['', 'flex', 'priority']) {
    const found = both({ ...ask, serviceTier, classes })
    assert.ok(found !== undefined)
    assertEqual(found, serviceTier)
  }
})

test('free is nothing, unknown is undefined and never nothing', () => {
  const gemma = { catalog: shipped, provider: 'google', model: 'gemma-4-31b-it', inputTokens: 9 }
  assert.deepEqual(quoteOf({ ...gemma, atMs: 0, serviceTier: 'flex' }), {
    input: 0,
    cacheRead: 0,
    cacheWrite: 0,
    output: 0,
  })
  assert.equal(quoteAt(0, '', 'nobody'), undefined)
  assert.equal(quoteAt(0, '', 'silent'), undefined)
  assert.equal(
    quoteOf({ catalog: windows, provider: 'q', model: 'm', inputTokens: 1, atMs: 0, serviceTier: '' }),
    undefined,
  )
})
