import assert from 'node:assert/strict'
import { test } from 'node:test'
import { minimalPairs, paraphrases } from '../../../testing/cache/minimal-pairs.ts'
import { type Pair, readPairs } from '../../../testing/cache/pairs.ts'
import { seededRandom } from '../../../testing/random.ts'
import { languageOf } from '../../prompt/language.ts'
import { createAnalyst } from '../analyst.ts'
import { loadEnglishWords } from '../language/known-words.ts'
import { gramCosine, grams } from '../lexical/likeness.ts'
import { isSlotSwap } from './slot.ts'
import { type GuardWords, softGuard } from './soft.ts'
import { strictGuard } from './strict.ts'

const analyst = createAnalyst(loadEnglishWords())
const read = (text: string) => analyst.question(text, languageOf(text), 2026)
const { pairs, spoken } = readPairs()
const words: GuardWords = {
  opposites: new Map(['en', 'de'].flatMap((code) => [...analyst.languages.of(code).opposites])),
  synonyms: new Map(),
}

const isServed = (a: string, b: string) => strictGuard(read(a).analysis, read(b).analysis, words) === ''
const of = (set: string, same: 0 | 1) => pairs.filter((pair) => pair.set === set && pair.same === same)
const served = (list: readonly Pair[]) => list.filter(({ a, b }) => isServed(a, b))

test('none of the questions that differ in one thing is taken for the other', () => {
  for (const set of ['checklist', 'gateway-min']) assert.deepEqual(served(of(set, 0)), [])
  const wrong = minimalPairs().filter(({ a, b }) => isServed(a, b))
  assert.deepEqual(wrong, [])
  assert.ok(minimalPairs().length >= 700)
})

test('the same question in other clothes is', () => {
  assert.ok(served(of('gateway-min', 1)).length >= 8)
  assert.ok(served(of('checklist', 1)).length >= 2)
  const missed = paraphrases().filter(([a, b]) => !isServed(a, b))
  assert.deepEqual(missed, [])
})

test('German is held to its words one by one', () => {
  const wrong = served(of('pawsx_de', 0))
  // The one that is left differs by a space alone: its label is wrong.
  assert.ok(wrong.length / of('pawsx_de', 0).length <= 0.018)
  assert.ok(wrong.every(({ a, b }) => a.replace(/\s/g, '') === b.replace(/\s/g, '')))
})

for (const [set, hitsMin, wrongMax] of [
  ['banking77', 0.014, 1],
  ['clinc150', 0.014, 0],
] as const) {
  test(`${set}: a stream of questions hits as often as it should, and hardly ever across intents`, () => {
    const { hits, wrong, asked } = played(set)
    assert.ok(hits / asked >= hitsMin, `${hits} of ${asked}`)
    assert.ok(wrong <= wrongMax, `${wrong} across intents`)
  })
}

function played(set: string): { hits: number; wrong: number; asked: number } {
  const random = seededRandom(7)
  const stream = spoken
    .filter((row) => row.set === set)
    .map((row) => ({ row, place: random.next() }))
    .sort((a, b) => a.place - b.place)
  const byKey = new Map<string, { intent: string; question: ReturnType<typeof read> }[]>()
  let [hits, wrong] = [0, 0]
  for (const { row } of stream) {
    const question = read(row.text)
    const same = byKey.get(question.analysis.key) ?? []
    const found = same.findLast(({ question: other }) =>
      question.onlyEqualText
        ? other.analysis.text === question.analysis.text
        : strictGuard(question.analysis, other.analysis, words) === '',
    )
    if (found !== undefined) hits += 1
    if (found !== undefined && found.intent !== row.intent) wrong += 1
    byKey.set(question.analysis.key, [...same, { intent: row.intent, question }])
  }
  return { hits, wrong, asked: stream.length }
}

test('with likeness in place of meaning, guard and slot rule turn down what is near and different', () => {
  const near = (set: string) => {
    const negatives = of(set, 0).map(({ a, b }) => [read(a).analysis, read(b).analysis] as const)
    const close = negatives.filter(([a, b]) => gramCosine(grams(a.text), grams(b.text)) >= 0.85)
    return close.filter(([a, b]) => softGuard(a, b, words) === '' && !isSlotSwap(a, b, words)).length
  }
  assert.equal(near('checklist'), 0)
  assert.equal(near('gateway-min'), 0)
  assert.ok(near('pawsx_de') <= 2)
  const generated = minimalPairs().filter(({ a, b }) => {
    const [left, right] = [read(a).analysis, read(b).analysis]
    return softGuard(left, right, words) === '' && !isSlotSwap(left, right, words)
  })
  assert.ok(generated.length / minimalPairs().length <= 0.02, `${generated.length} let through`)
})

test('a word of one’s own trade can be told to mean the same', () => {
  const synonyms = new Map([
    ['parcel', 'parcel'],
    ['shipment', 'parcel'],
  ])
  const [a, b] = [
    read('Where is the parcel of Anna Berg').analysis,
    read('Where is the shipment of Anna Berg').analysis,
  ]
  assert.equal(isSlotSwap(a, b, words), true)
  assert.equal(isSlotSwap(a, b, { ...words, synonyms }), false)
})
