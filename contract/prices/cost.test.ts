import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatMoney } from '../money.ts'
import type { Usage } from '../usage.ts'
import { loadCatalog, loadShippedCatalog } from './catalog.ts'
import { costOf, explainCost } from './cost.ts'
import type { CostRequest } from './cost-request.ts'
import type { SeedModel } from './seed.ts'

const rows: Record<string, Partial<SeedModel>> = {
  plain: { prices: [{ input: 1, output: 4 }] },
  dated: {
    prices: [
      { input: 1, output: 1 },
      { from: '2026-06-01', input: 2, output: 2 },
    ],
  },
  announced: { prices: [{ from: '2027-01-01', input: 1, output: 1 }] },
  windows: {
    prices: [
      { from: '2026-01-01', input: 10 },
      { from: '2026-01-01', utc: ['22:00', '02:30'], input: 1 },
      { from: '2026-06-01', input: 20 },
      { from: '2026-06-01', utc: ['22:00', '02:30'], input: 2 },
    ],
  },
  tiers: {
    prices: [
      {
        input: 1,
        cache_read: 0.1,
        output: 4,
        tiers: [
          { above: 1000, input: 2, output: 8 },
          { above: 2000, input: 3, cache_read: 0.3 },
        ],
      },
    ],
  },
  classes: {
    prices: [{ input: 1, cache_read: 0.5, cache_write: 2, output: 4 }],
  },
  thinking: { prices: [{ input: 1, output: 2, output_reasoning: 10 }] },
  multiplied: {
    service: { flex: { input: 0.5, cache_read: 0.25, output: 0.75 }, priority: { all: 2 } },
    geo: { eu: 1.1 },
    speed: { fast: 6 },
    prices: [{ input: 1, cache_read: 1, output: 1, per_1k_web_searches: 10 }],
  },
  searching: { prices: [{ input: 1, per_1k_web_searches: { low: 30, medium: 35, high: 50 } as never }] },
  sound: { min_seconds: 10, prices: [{ per_hour: 3.6 }] },
  speech: { prices: [{ input: 1, output_audio: 12 }] },
}

const catalog = loadCatalog({
  meta: { built: '2026-11-21', service_defaults: { openai: { batch: 0.5 } } },
  models: Object.entries(rows).map(([id, row]) => ({
    id,
    provider: 'openai',
    mode: 'chat',
    src: 'g',
    ...row,
  })),
})

const million = 1_000_000
const noonMs = Date.UTC(2026, 10, 20, 12)

function ask(
  model: string,
  usage: Omit<Usage, 'classes'> & { classes: object },
  rest: Partial<CostRequest> = {},
) {
  return costOf({ catalog, provider: 'openai', model, usage, atMs: noonMs, ...rest })
}

function usd(...asked: Parameters<typeof ask>): string | null {
  const { costUsd } = ask(...asked)
  return costUsd === undefined ? null : formatMoney(costUsd)
}

test('a price change holds from midnight UTC of its day, decided by the start of the request', () => {
  const before = ask('dated', { classes: { input: million } }, { atMs: Date.UTC(2026, 5, 1) - 1 })
  const after = ask('dated', { classes: { input: million } }, { atMs: Date.UTC(2026, 5, 1) })
  assert.deepEqual([formatMoney(before.costUsd!), before.validFrom], ['1', '1970-01-01'])
  assert.deepEqual([formatMoney(after.costUsd!), after.validFrom], ['2', '2026-06-01'])
})

test('a model whose first price lies ahead has no price yet', () => {
  assert.equal(ask('announced', { classes: { input: 1 } }).reason, 'no_price')
})

for (const [clock, expected] of [
  ['21:59:59.999', '20'],
  ['22:00:00.000', '2'],
  ['23:59:59.999', '2'],
  ['00:00:00.000', '2'],
  ['02:29:59.999', '2'],
  ['02:30:00.000', '20'],
] as const) {
  test(`at ${clock} a window over midnight gives ${expected}`, () => {
    const atMs = Date.parse(`2026-11-20T${clock}Z`)
    assert.equal(usd('windows', { classes: { input: million } }, { atMs }), expected)
  })
}

test('a window beats a later entry without one only when it has begun', () => {
  const atMs = Date.parse('2026-03-01T23:00:00Z')
  assert.equal(usd('windows', { classes: { input: million } }, { atMs }), '1')
  assert.equal(
    usd('windows', { classes: { input: million } }, { atMs: Date.parse('2025-03-01T23:00:00Z') }),
    null,
  )
})

for (const [classes, expected, above] of [
  [{ input: 1000, output: 1000 }, '0.005', undefined],
  [{ input: 1001, output: 1000 }, '0.010002', 1000],
  [{ input: 400, cache_read: 601 }, '0.0008601', 1000],
  [{ input: 1, cache_read: 1000, cache_write: 1000, output: 1000 }, '0.007303', 2000],
] as const) {
  test(`tier of ${JSON.stringify(classes)} reprices the whole request`, () => {
    assert.equal(usd('tiers', { classes }), expected)
    const usage = { classes }
    assert.equal(
      explainCost({ catalog, provider: 'openai', model: 'tiers', usage, atMs: noonMs }).above,
      above,
    )
  })
}

test('classes without a rate of their own use the rate they fall back to', () => {
  const classes = {
    cache_write_1h: million,
    cache_read_audio: million,
    input_audio: million,
    output_image: million,
  }
  assert.equal(usd('classes', { classes }), '7.5')
  assert.equal(usd('plain', { classes: { cache_write_1h: million, cache_read_audio: million } }), '2')
})

test('reasoning has its own price where there is one, and is never counted twice', () => {
  assert.equal(usd('thinking', { classes: { output: 1000 }, reasoning: 400 }), '0.0052')
  assert.equal(usd('thinking', { classes: { output: 1000 }, reasoning: 9999 }), '0.01')
  assert.equal(usd('plain', { classes: { output: 1000 }, reasoning: 400 }), '0.004')
})

test('reasoning lies in the output of the model that was asked, not in that of others', () => {
  const others = [{ model: 'thinking', classes: { output: 1000 } }]
  assert.equal(usd('plain', { classes: { output: 1000 }, reasoning: 400, others }), '0.006')
})

for (const [serviceTier, expected, assumed] of [
  ['default', '3', false],
  ['standard', '3', false],
  ['ON_DEMAND', '3', false],
  ['flex', '1.5', false],
  ['ON_DEMAND_FLEX', '1.5', false],
  ['priority', '6', false],
  ['batch', '1.5', true],
  ['PROVISIONED_THROUGHPUT', '3', true],
] as const) {
  test(`service tier ${serviceTier} costs ${expected}${assumed ? ', assumed' : ''}`, () => {
    const priced = ask('multiplied', {
      classes: { input: million, cache_read: million, output: million },
      serviceTier,
    })
    assert.deepEqual([formatMoney(priced.costUsd!), priced.assumed], [expected, assumed])
  })
}

test('a ratio per class follows the class whose rate was used', () => {
  assert.equal(usd('multiplied', { classes: { cache_write: million }, serviceTier: 'flex' }), '0.5')
  assert.equal(usd('multiplied', { classes: { cache_read_audio: million }, serviceTier: 'flex' }), '0.25')
})

test('a batch is a batch whatever tier the answer names', () => {
  assert.equal(
    usd('multiplied', { classes: { input: million }, serviceTier: 'priority' }, { isBatch: true }),
    '0.5',
  )
})

test('zone and speed multiply, the answer beats the configured zone, units stay untouched', () => {
  const classes = { input: million, web_searches: 1000 }
  assert.equal(usd('multiplied', { classes, geo: 'eu', speed: 'fast', serviceTier: 'priority' }), '23.2')
  assert.equal(usd('multiplied', { classes }, { zone: 'eu' }), '11.1')
  assert.equal(usd('multiplied', { classes, geo: 'global' }, { zone: 'eu' }), '11')
})

test('a zone or speed the model has no ratio for is marked as assumed', () => {
  const classes = { input: million }
  assert.equal(ask('multiplied', { classes }, { zone: 'mars' }).assumed, true)
  assert.equal(ask('multiplied', { classes, speed: 'ludicrous' }).assumed, true)
  assert.equal(ask('plain', { classes, geo: 'us' }).assumed, false)
})

test('searches are priced by context size, medium unless said', () => {
  const classes = { web_searches: 1000 }
  const sizes = [undefined, 'low', 'high'] as const
  const prices = sizes.map((searchSize) => usd('searching', { classes }, { searchSize }))
  assert.deepEqual(prices, ['35', '30', '50'])
})

test('short audio is billed at the minimum, fractions of a second count', () => {
  assert.equal(usd('sound', { classes: { audio_seconds: 3 } }), '0.01')
  assert.equal(usd('sound', { classes: { audio_seconds: 12.345678 } }), '0.012345678')
})

test('a used class without any rate makes the cost unknown and is named', () => {
  const priced = ask('sound', { classes: { audio_seconds: 60, input: 1 } })
  assert.deepEqual([priced.costUsd, priced.reason, priced.missing], [undefined, 'no_rate', 'input'])
  assert.equal(ask('plain', { classes: { pages: 1 } }).missing, 'pages')
  assert.equal(ask('plain', { classes: { something_new: 1 } }).missing, 'something_new')
  assert.equal(ask('plain', { classes: { web_searches: Number.POSITIVE_INFINITY } }).costUsd, undefined)
})

test('characters counted beside reported tokens are not billed a second time', () => {
  assert.equal(usd('speech', { classes: { characters: 500, input: 100, output_audio: 1000 } }), '0.0121')
  assert.equal(ask('speech', { classes: { characters: 500 } }).missing, 'characters')
})

test('an unknown model is unknown, never 0', () => {
  const priced = ask('nothing-like-it', { classes: { input: 1 } })
  assert.deepEqual(
    [priced.costUsd, priced.reason, priced.validFrom],
    [undefined, 'unknown_model', '1970-01-01'],
  )
})

test('a provider that is configured as free costs 0, known model or not', () => {
  assert.equal(usd('nothing-like-it', { classes: { input: million } }, { isFree: true }), '0')
})

test('a reported cost wins even where no price is known; nonsense is ignored', () => {
  const known = ask('nothing-like-it', { classes: { input: 1 }, reportedCostUsd: '1.5e-7' })
  assert.deepEqual(
    [formatMoney(known.costUsd!), known.catalogUsd, known.source],
    ['0.00000015', undefined, 'reported'],
  )
  for (const reportedCostUsd of ['', 'free', '-1', '1e30', 'NaN']) {
    assert.equal(usd('plain', { classes: { input: million }, reportedCostUsd }), '1')
  }
})

test('a cost beyond the column is unknown rather than wrong', () => {
  assert.equal(ask('plain', { classes: { output: 1e18 } }).reason, 'out_of_range')
})

test('no usage of a priced model costs nothing', () => {
  assert.equal(usd('plain', { classes: {} }), '0')
})

test('the explanation names rate, fallback, factor and amount of every line', () => {
  const usage = {
    classes: { cache_write: 1000, output: 10, web_searches: 2 },
    serviceTier: 'flex',
    geo: 'eu',
  }
  const { parts } = explainCost({ catalog, provider: 'openai', model: 'multiplied', usage, atMs: noonMs })
  assert.deepEqual(
    parts.map((part) => [part.class, part.rateName, part.rate, part.per, part.factor, formatMoney(part.usd)]),
    [
      ['cache_write', 'input', '1', 1_000_000, '0.55', '0.00055'],
      ['output', 'output', '1', 1_000_000, '0.825', '0.00000825'],
      ['web_searches', 'per_1k_web_searches', '10', 1000, '1', '0.02'],
    ],
  )
})

test('windows and tiers of the shipped catalog hold at their bounds', () => {
  const shipped = loadShippedCatalog()
  const at = (text: string) => ({ catalog: shipped, atMs: Date.parse(text) })
  const cost = (provider: string, model: string, classes: Usage['classes'], when: string) =>
    formatMoney(costOf({ ...at(when), provider, model, usage: { classes } }).costUsd!)
  const noon = '2026-11-20T12:00:00Z'
  assert.equal(cost('deepseek', 'deepseek-v4-pro', { input: million }, '2026-11-20T03:59:59Z'), '1.32')
  assert.equal(cost('deepseek', 'deepseek-v4-pro', { input: million }, '2026-11-20T04:00:00Z'), '0.66')
  assert.equal(cost('deepseek', 'deepseek-v4-pro', { input: million }, '2026-08-16T03:00:00Z'), '0.435')
  assert.equal(cost('openai', 'gpt-5.4', { input: 271_999 }, noon), '0.6799975')
  assert.equal(cost('openai', 'gpt-5.4', { input: 272_000 }, noon), '1.36')
})

test('what another model used in the same call is added at its own price and rounded once', () => {
  const usage = {
    classes: { input: 1 },
    others: [{ model: 'dated', classes: { input: 1000, output: 1 } }],
    serviceTier: 'default',
  }
  assert.equal(usd('plain', usage), '0.002003')
  const explained = explainCost({ catalog, provider: 'openai', model: 'plain', usage, atMs: noonMs })
  assert.deepEqual(
    explained.parts.map((part) => [part.class, formatMoney(part.usd)]),
    [
      ['input', '0.000001'],
      ['input@dated', '0.002'],
      ['output@dated', '0.000002'],
    ],
  )
  const unknown = { classes: { input: 1 }, others: [{ model: 'nobody', classes: { input: 1 } }] }
  assert.equal(usd('plain', unknown), null)
})
