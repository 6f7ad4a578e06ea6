import { createAnalyst } from '../sidecar/cache/analyst.ts'
import { isSlotSwap } from '../sidecar/cache/guard/slot.ts'
import type { GuardWords } from '../sidecar/cache/guard/soft.ts'
import { softGuard } from '../sidecar/cache/guard/soft.ts'
import { strictGuard } from '../sidecar/cache/guard/strict.ts'
import { keysOf } from '../sidecar/cache/keys/canonical.ts'
import { loadEnglishWords } from '../sidecar/cache/language/known-words.ts'
import { compact } from '../sidecar/cache/lexical/compact.ts'
import { type Indexed, LexicalIndex } from '../sidecar/cache/lexical/lexical-index.ts'
import { gramCosine, grams } from '../sidecar/cache/lexical/likeness.ts'
import { lookupLexical } from '../sidecar/cache/lookup.ts'
import { quantised } from '../sidecar/cache/vectors/quantise.ts'
import { VectorIndex } from '../sidecar/cache/vectors/vector-index.ts'
import { languageOf } from '../sidecar/prompt/language.ts'
import { minimalPairs, paraphrases } from '../testing/cache/minimal-pairs.ts'
import { readPairs } from '../testing/cache/pairs.ts'
import { errorCurves, simulate } from '../testing/cache/simulation.ts'
import { seededRandom } from '../testing/random.ts'

/**
 * How good and how fast the cache is: `npm run bench:cache [-- --only quality,speed,million,tuner]`, some five minutes. Quality
 * on labelled pairs and streams (testing/fixtures/cache) and on generated minimal pairs; speed at 100,000 entries of one
 * scope; the tuner over traffic whose truth is known.
 */
const only = process.argv.includes('--only')
  ? (process.argv[process.argv.indexOf('--only') + 1] ?? '').split(',')
  : []
const wanted = (name: string) => only.length === 0 || only.includes(name)

const rows: string[][] = [['figure', 'goal', 'measured', 'met']]
function figure(name: string, goal: string, measured: string, met: boolean | undefined): void {
  console.error(`${name}: ${measured}`)
  rows.push([name, goal, measured, met === undefined ? '–' : met ? 'yes' : 'no'])
}

const known = loadEnglishWords()
const analyst = createAnalyst(known)
const read = (text: string) => analyst.question(text, languageOf(text), 2026)
const words: GuardWords = {
  opposites: new Map(['en', 'de'].flatMap((code) => [...analyst.languages.of(code).opposites])),
  synonyms: new Map(),
}
const share = (part: number, whole: number) => `${((100 * part) / whole).toFixed(2)} %`

function quality(): void {
  const { pairs, spoken } = readPairs()
  const served = (set: string, same: 0 | 1) => {
    const list = pairs.filter((pair) => pair.set === set && pair.same === same)
    const hits = list.filter(
      ({ a, b }) => strictGuard(read(a).analysis, read(b).analysis, words) === '',
    ).length
    return { hits, of: list.length }
  }
  for (const set of ['checklist', 'gateway-min']) {
    const { hits, of } = served(set, 0)
    figure(`L2 ${set}, different: served`, '≤ 0.1 %', `${hits} of ${of}`, hits / of <= 0.001)
  }
  const generated = minimalPairs()
  const wrong = generated.filter(
    ({ a, b }) => strictGuard(read(a).analysis, read(b).analysis, words) === '',
  ).length
  figure(
    'L2 generated minimal pairs: served',
    '≤ 0.1 %',
    `${wrong} of ${generated.length}`,
    wrong / generated.length <= 0.001,
  )
  for (const [set, least] of [
    ['gateway-min', 8],
    ['checklist', 2],
  ] as const) {
    const { hits, of } = served(set, 1)
    figure(`L2 ${set}, same: served`, `≥ ${least}`, `${hits} of ${of}`, hits >= least)
  }
  const same = paraphrases()
  const right = same.filter(([a, b]) => strictGuard(read(a).analysis, read(b).analysis, words) === '').length
  figure('L2 generated paraphrases: served', 'reported', `${right} of ${same.length}`, undefined)
  const german = served('pawsx_de', 0)
  const germanSame = served('pawsx_de', 1)
  figure(
    'L2 pawsx_de: right of served / different served',
    '≤ 1.8 % served',
    `${germanSame.hits} of ${germanSame.hits + german.hits} / ${share(german.hits, german.of)}`,
    german.hits / german.of <= 0.018,
  )
  for (const set of ['banking77', 'clinc150']) {
    const stream = shuffled(spoken.filter((row) => row.set === set))
    const { hits, across } = played(stream)
    const met = hits / stream.length >= 0.014 && across <= Math.max(set === 'banking77' ? 1 : 0, hits * 0.01)
    figure(
      `L2 ${set} (${stream.length}): hits / other intent`,
      '≥ 1.4 % / ≤ 1 %',
      `${share(hits, stream.length)} / ${across}`,
      met,
    )
  }
  for (const [set, most] of [
    ['checklist', 0],
    ['gateway-min', 0],
    ['pawsx_de', 2],
  ] as const) {
    const near = pairs
      .filter((pair) => pair.set === set && pair.same === 0)
      .map(({ a, b }) => [read(a).analysis, read(b).analysis] as const)
      .filter(([a, b]) => gramCosine(grams(a.text), grams(b.text)) >= 0.85)
    const through = near.filter(([a, b]) => softGuard(a, b, words) === '' && !isSlotSwap(a, b, words)).length
    figure(
      `L3 guard + slot, n-grams ≥ 0.85, ${set}`,
      `≤ ${most}`,
      `${through} of ${near.length}`,
      through <= most,
    )
  }
}

function shuffled<T>(list: readonly T[]): T[] {
  const random = seededRandom(7)
  return list
    .map((item) => ({ item, place: random.next() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item)
}

interface Row extends Indexed {
  readonly intent: string
}

const anything = { words, tau: 0, isRefused: () => false, isUsable: () => true }

/** Through the index itself, as a request goes. */
function played(stream: readonly { text: string; intent: string }[]): { hits: number; across: number } {
  const index = new LexicalIndex<Row>(known)
  let [hits, across] = [0, 0]
  for (const { text, intent } of stream) {
    const question = read(text)
    const { hit } = lookupLexical(index, question, anything)
    if (hit !== undefined) hits += 1
    if (hit !== undefined && hit.entry.intent !== intent) across += 1
    index.add({ ...question, intent, isGone: false })
  }
  return { hits, across }
}

const things =
  'invoice account parcel contract password ticket printer router database table index query server cluster bucket policy booking flight hotel recipe garden bicycle engine battery camera phone laptop keyboard window mirror bridge river museum school teacher student doctor patient tenant landlord order refund'.split(
    ' ',
  )
const deeds =
  'reset delete create rename export import print share archive restore migrate upgrade repair clean paint build test measure compare convert'.split(
    ' ',
  )
const places = 'norway chile ghana japan peru kenya france vietnam canada oman'.split(' ')

function question(n: number): string {
  const random = seededRandom(n * 2654435761)
  const [a, b] = [random.pick(things), random.pick(things)]
  const forms = [
    () =>
      `how do i ${random.pick(deeds)} the ${a} number ${random.int(5000)} in the ${b} of ${random.pick(places)}`,
    () => `what is the ${a} of the ${b} at node${random.int(900)} in ${random.pick(places)}`,
    () => `why does my ${a} ${random.pick(deeds)} the ${b} every ${random.int(400)} days`,
    () =>
      `can the ${a} ${random.pick(deeds)} a ${b} without ${random.pick(things)} for ${random.int(700)} euros`,
  ]
  return random.pick(forms)()
}

function quantile(micros: Float64Array, at: number): number {
  return micros.toSorted()[Math.floor(micros.length * at)] ?? Number.NaN
}

function timed(count: number, run: (n: number) => void): Float64Array {
  const micros = new Float64Array(count)
  for (let n = -2000; n < count; n += 1) {
    const started = process.hrtime.bigint()
    run(((n % count) + count) % count)
    const took = Number(process.hrtime.bigint() - started) / 1000
    if (n >= 0) micros[n] = took
  }
  return micros
}

function speedFigure(name: string, micros: Float64Array, goal: { p50?: number; p99?: number }): void {
  const [p50, p99] = [quantile(micros, 0.5), quantile(micros, 0.99)]
  const met = (goal.p50 === undefined || p50 <= goal.p50) && (goal.p99 === undefined || p99 <= goal.p99)
  const stated = [goal.p50 && `p50 ≤ ${goal.p50} µs`, goal.p99 && `p99 ≤ ${goal.p99} µs`]
    .filter(Boolean)
    .join(', ')
  figure(name, stated, `p50 ${p50.toFixed(1)} µs, p99 ${p99.toFixed(1)} µs`, met)
}

const partition = {
  scope: 'customer',
  owner: 'app',
  customer: 'c',
  route: 'r',
  candidate: 'p/m',
  dialect: 'chat',
  operation: 'generate',
  rules: '',
  policy: '',
}

function speedOfExact(size: number): void {
  const rest = `{"messages":[{"content":"${'You are a helpful assistant. '.repeat(20)}","role":"system"}]}`
  const store = new Map<string, number>()
  for (let n = 0; n < size; n += 1) store.set(keysOf(partition, rest, question(n)).exact, n)
  const asked = Array.from({ length: 20_000 }, (_, n) => question(n * 4))
  speedFigure(
    `exact at ${size / 1000}k, both keys of a 600 byte prompt`,
    timed(asked.length, (n) => void store.get(keysOf(partition, rest, asked[n] ?? '').exact)),
    { p99: 20 },
  )
}

function speedOfLexical(size: number, goal: number): void {
  const before = heap()
  const index = new LexicalIndex<Row>(known)
  for (let n = 0; n < size; n += 1) index.add(entryOf(index, question(n)))
  const perEntry = (heap() - before) / size
  const asked = Array.from({ length: 10_000 }, (_, n) => question(n * 9))
  const lookups = timed(asked.length, (n) => void lookupLexical(index, read(asked[n] ?? ''), anything))
  speedFigure(`lexical hit at ${size / 1000}k, analysis included`, lookups, { p99: goal })
  if (size > 100_000) return
  figure(
    'memory per lexical entry beside its answer',
    '≤ 1.5 kB',
    `${(perEntry / 1000).toFixed(2)} kB`,
    perEntry <= 1500,
  )
  const fresh = Array.from({ length: 5000 }, (_, n) => read(`${question(n * 7)} zzz${n}`))
  speedFigure(
    'near keys at 100k, after a miss',
    timed(fresh.length, (n) => void lookupLexical(index, fresh[n] as (typeof fresh)[number], anything)),
    { p99: 2000 },
  )
}

function entryOf(index: LexicalIndex<Row>, text: string): Row {
  const { analysis, roots } = read(text)
  const shared = (word: string) => index.vocabulary.shared(word)
  return { analysis: compact(analysis, shared), roots: roots.map(shared), intent: '', isGone: false }
}

function heap(): number {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}

function speedOfVectors(size: number, dimensions: number): void {
  const random = seededRandom(5)
  const vector = () =>
    quantised(Float32Array.from({ length: dimensions }, () => random.next() + random.next() - 1))
  const index = new VectorIndex<number>(dimensions)
  const kept: Int8Array[] = []
  for (let n = 0; n < size; n += 1) {
    const one = vector()
    if (n % 100 === 0) kept.push(one)
    index.add(one, n)
  }
  const asked = kept.map((one) =>
    quantised(Float32Array.from(one, (value) => value + (random.next() - 0.5) * 60)),
  )
  let found = 0
  asked.forEach((one, n) => {
    if (index.nearest(one, 5)[0]?.entry === n * 100) found += 1
  })
  const micros = timed(1000, (n) => void index.nearest(asked[n % asked.length] as Int8Array, 5))
  speedFigure(`vectors at ${size / 1000}k, ${dimensions} dimensions, top 5`, micros, { p50: 1000 })
  figure('  nearest found', 'reported', share(found, asked.length), undefined)
}

function tuner(): void {
  for (const delta of [0.01, 0.02, 0.05]) {
    let [hits, wrong, covered, runs, auditsMax] = [0, 0, 0, 0, 0]
    const served: string[] = []
    for (const [name, curve] of Object.entries(errorCurves)) {
      let own = 0
      for (let seed = 1; seed <= 60; seed += 1) {
        const run = simulate({ curve, delta, requests: 20_000, seed, start: 'never' })
        hits += run.hits
        wrong += run.wrong
        own += run.hits
        covered += run.covers ? 1 : 0
        runs += 1
        auditsMax = Math.max(auditsMax, run.audits)
      }
      served.push(`${name} ${share(own, 60 * 20_000)}`)
    }
    const met = wrong <= delta * hits
    figure(
      `tuner δ ${delta * 100} %: pooled wrong hits`,
      `≤ ${delta * 100} %`,
      `${share(wrong, hits)} (served: ${served.join(', ')})`,
      met,
    )
    figure(
      '  interval holds the truth / paid audits at most',
      '≥ 95 %',
      `${share(covered, runs)} / ${auditsMax}`,
      covered / runs >= 0.95,
    )
  }
}

if (wanted('quality')) quality()
if (wanted('speed')) {
  speedOfExact(100_000)
  speedOfLexical(100_000, 150)
}
if (wanted('speed') || wanted('vectors')) {
  speedOfVectors(10_000, 384)
  speedOfVectors(100_000, 384)
}
if (wanted('million')) speedOfLexical(1_000_000, 250)
if (wanted('tuner')) tuner()
const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)))
for (const [line, cells] of rows.entries()) {
  console.log(`| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`)
  if (line === 0) console.log(`|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`)
}
