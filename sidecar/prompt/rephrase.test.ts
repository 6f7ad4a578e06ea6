import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { likenessOf, normalised } from './rephrase.ts'

interface Pair {
  /** `third` was labelled after the rules were fixed and never looked at to change them. */
  readonly part: string
  readonly isAgain: boolean
  readonly kind: string
  readonly earlier: string
  readonly newest: string
}

const pairs: readonly Pair[] = readFileSync(join(import.meta.dirname, 'rephrase.pairs.tsv'), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => {
    const [part = '', label = '', kind = '', , earlier = '', newest = ''] = line.split('\t')
    return { part, isAgain: label !== 'other', kind, earlier, newest }
  })

function figuresOf(of: readonly Pair[]): { precision: number; recall: number; pairs: number } {
  const claimed = of.filter(({ earlier, newest }) => likenessOf(newest, [earlier]) !== 'other')
  const right = claimed.filter(({ isAgain }) => isAgain).length
  const precision = right / claimed.length
  return { precision, recall: right / of.filter(({ isAgain }) => isAgain).length, pairs: of.length }
}

function told({ precision, recall, pairs: count }: ReturnType<typeof figuresOf>): string {
  return `precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)} of ${count} pairs`
}

const unseen = figuresOf(pairs.filter(({ part }) => part === 'third'))
const all = figuresOf(pairs)

test(`what is said again is found among pairs the rules were not made with: ${told(unseen)}`, () => {
  assert.ok(unseen.precision >= 0.9 && unseen.recall >= 0.6, told(unseen))
})

test(`and among all labelled pairs: ${told(all)}`, () => {
  assert.ok(all.precision >= 0.9 && all.recall >= 0.6, told(all))
})

test('the pairs are many, unlike each other, and mostly hard to tell', () => {
  assert.ok(pairs.length >= 240)
  assert.equal(new Set(pairs.map(({ earlier, newest }) => `${earlier}\t${newest}`)).size, pairs.length)
  const hard = pairs.filter(({ isAgain, kind }) => !isAgain && kind !== 'new')
  assert.ok(hard.length / pairs.length >= 0.4, `${hard.length} hard negatives of ${pairs.length}`)
  for (const { earlier, newest } of pairs)
    for (const text of [earlier, newest]) assert.ok(text.length >= 16 && text.length <= 250, text)
})

const question = 'How do I export my data to a spreadsheet?'

test('the nearest of the last three turns counts, an older one does not', () => {
  const between = ['Thanks a lot for this', 'Which plans do you offer?', 'What does the small one cost?']
  assert.equal(likenessOf(question, [question, ...between]), 'other')
  assert.equal(likenessOf(question, [question, ...between.slice(1)]), 'repeat')
  assert.equal(likenessOf(question, []), 'other')
})

test('short turns say nothing: yes, go on, and once more are no complaints', () => {
  for (const text of ['yes', 'continue', 'go on please', 'try again', '', '   ', '?!?!?!?!?!?!?!?!?!?!?'])
    assert.equal(likenessOf(text, [text]), 'other', text)
})

test('case, accents, apostrophes and signs make no difference', () => {
  assert.equal(normalised('  Don’t  STOP -- où ça?\n'), 'dont stop ou ca')
  assert.equal(likenessOf('WHY CAN’T I SEE MY GRADES???', ["why can't i see my grades"]), 'repeat')
  assert.equal(normalised('हिन्दी में बताओ'), 'हिन्दी में बताओ')
  assert.equal(normalised('é'.normalize('NFD')), normalised('é'))
})

test('a turn as memory keeps it is compared as it was said', () => {
  for (const { earlier, newest } of pairs)
    assert.equal(likenessOf(newest, [normalised(earlier)]), likenessOf(newest, [earlier]), newest)
})

test('of long turns the beginning is compared, whatever follows', () => {
  const long = 'word '.repeat(60)
  assert.equal(normalised(long).length <= 256, true)
  assert.equal(likenessOf(`${long} and this`, [`${long} or that`]), 'repeat')
})

test('languages without spaces: the same again is found, another city is another question', () => {
  assert.equal(
    likenessOf('北京明天的天气怎么样我应该带伞出门吗', ['北京明天的天气怎么样，我应该带伞出门吗？']),
    'repeat',
  )
  assert.equal(
    likenessOf('上海明天的天气怎么样我应该带伞出门吗', ['北京明天的天气怎么样我应该带伞出门吗']),
    'other',
  )
})
