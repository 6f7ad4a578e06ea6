import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Random, seededRandom } from '../../testing/random.ts'
import { formatMoney, sumMoney } from '../money.ts'
import { loadCatalog } from './catalog.ts'
import { costOf, explainCost } from './cost.ts'

const atMs = Date.UTC(2026, 10, 20, 12)
const seed = 20261121

/** A slow, plain reference: fractions of bigints, no grains, no shared code. */
type Ratio = readonly [bigint, bigint]

function ratio(text: string): Ratio {
  const [whole = '0', fraction = ''] = text.split('.')
  return [BigInt(whole + fraction), BigInt(`1${'0'.repeat(fraction.length)}`)]
}
const times = (...all: Ratio[]): Ratio => all.reduce(([a, b], [c, d]) => [a * c, b * d], [1n, 1n])
const plus = ([a, b]: Ratio, [c, d]: Ratio): Ratio => [a * d + c * b, b * d]

function toPicoText([numerator, denominator]: Ratio): string {
  const scaled = numerator * 10n ** 12n
  const low = scaled / denominator
  const distance = 2n * (scaled - low * denominator)
  const up = distance > denominator || (distance === denominator && low % 2n === 1n)
  return (up ? low + 1n : low).toString()
}

interface Drawn {
  rates: Record<string, string>
  counts: Record<string, number>
  unitRates: Record<string, string>
  units: Record<string, number>
  service: string
  geo: string
  speed: string
}

const tokenNames = [
  'input',
  'cache_read',
  'cache_write',
  'cache_write_1h',
  'input_audio',
  'output',
  'output_audio',
]
const unitNames = [
  ['audio_seconds', 'per_hour', '3600'],
  ['characters', 'per_1m_chars', '1000000'],
  ['pages', 'per_1k_pages', '1000'],
  ['queries', 'per_1k_queries', '1000'],
  ['file_searches', 'per_1k_file_searches', '1000'],
] as const

const decimal = (random: Random, whole: number) =>
  `${random.int(whole)}.${String(random.int(10 ** 9))
    .padStart(9, '0')
    .slice(0, 1 + random.int(9))}`
// Up to six digits after the point: beyond that a ratio is taken for a rounded one and mended.
const factor = (random: Random) => `${random.int(5)}.${1 + random.int(999_999)}`

function draw(random: Random): Drawn {
  const drawn: Drawn = {
    rates: {},
    counts: {},
    unitRates: {},
    units: {},
    service: factor(random),
    geo: factor(random),
    speed: factor(random),
  }
  for (const name of tokenNames) {
    drawn.rates[name] = decimal(random, 60)
    if (random.chance(0.6)) drawn.counts[name] = 1 + random.int(2_000_000)
  }
  for (const [name, rate] of unitNames) {
    drawn.unitRates[rate] = decimal(random, 40)
    if (random.chance(0.3)) drawn.units[name] = 1 + random.int(5000)
  }
  return drawn
}

function requestOf(drawn: Drawn, scale = 1) {
  const catalog = loadCatalog({
    meta: {},
    models: [
      {
        id: 'm',
        provider: 'p',
        mode: 'chat',
        src: 'g',
        service: { flex: { all: Number(drawn.service) } },
        geo: { eu: Number(drawn.geo) },
        speed: { fast: Number(drawn.speed) },
        prices: [{ ...drawn.rates, ...drawn.unitRates }],
      },
    ],
  })
  const counts = Object.entries({ ...drawn.counts, ...drawn.units }).map(([name, count]) => [
    name,
    count * scale,
  ])
  const usage = { classes: Object.fromEntries(counts), serviceTier: 'flex', geo: 'eu', speed: 'fast' }
  return { catalog, provider: 'p', model: 'm', usage, atMs }
}

function reference(drawn: Drawn): string {
  let sum: Ratio = [0n, 1n]
  const isPlausible = Number(drawn.service) >= 0.2 && Number(drawn.service) <= 4
  const service = isPlausible ? ratio(drawn.service) : ratio('1')
  for (const [name, count] of Object.entries(drawn.counts)) {
    const rate: Ratio = times(ratio(drawn.rates[name]!), [BigInt(count), 1_000_000n])
    sum = plus(sum, times(rate, service, ratio(drawn.geo), ratio(drawn.speed)))
  }
  for (const [name, rate, per] of unitNames) {
    const count = drawn.units[name] ?? 0
    sum = plus(sum, times(ratio(drawn.unitRates[rate]!), [BigInt(count), BigInt(per)]))
  }
  return toPicoText(sum)
}

test(`random bills equal a slow reference to the last digit (seed ${seed})`, () => {
  const random = seededRandom(seed)
  for (let n = 0; n < 400; n++) {
    const drawn = draw(random)
    assert.equal(costOf(requestOf(drawn)).costUsd?.toString(), reference(drawn), JSON.stringify(drawn))
  }
})

test(`the parts of random bills add up to the total (seed ${seed})`, () => {
  const random = seededRandom(seed)
  for (let n = 0; n < 200; n++) {
    const { parts, costUsd } = explainCost(requestOf(draw(random)))
    assert.equal(sumMoney(parts.map((part) => part.usd)), costUsd)
  }
})

test(`a bill of a thousand times the counts is a thousand times as high (seed ${seed})`, () => {
  const random = seededRandom(seed)
  for (let n = 0; n < 100; n++) {
    const drawn = { ...draw(random), service: '1.5', geo: '1.1', speed: '2' }
    for (const name of Object.keys(drawn.rates)) drawn.rates[name] = decimal(random, 9).slice(0, 6)
    drawn.units = {}
    const single = costOf(requestOf(drawn)).costUsd
    assert.equal(costOf(requestOf(drawn, 1000)).costUsd, single! * 1000n)
  }
})

test('the order in which classes were reported does not matter', () => {
  const drawn = draw(seededRandom(seed))
  drawn.counts = { input: 7, cache_read: 11, output: 13 }
  const forward = costOf(requestOf(drawn)).costUsd
  drawn.counts = { output: 13, cache_read: 11, input: 7 }
  assert.equal(costOf(requestOf(drawn)).costUsd, forward)
})

test('a million requests of a tenth of a millionth of a dollar cost exactly 0.1', () => {
  const models = [{ id: 'm', provider: 'p', mode: 'chat', src: 'g', prices: [{ input: 0.1 }] }]
  const catalog = loadCatalog({ meta: {}, models })
  const { costUsd } = costOf({ catalog, provider: 'p', model: 'm', usage: { classes: { input: 1 } }, atMs })
  let sum = 0n
  for (let n = 0; n < 1_000_000; n++) sum += costUsd!
  assert.equal(formatMoney(sum), '0.1')
})
