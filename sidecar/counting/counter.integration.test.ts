import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base'
import { fixture } from '../../testing/sdk/recorded.ts'
import { TokenCounter } from './counter.ts'

/** On a busy machine a worker needs its time to start. */
const patient = { waitMs: 60_000 }

function counterFor(t: TestContext, options: ConstructorParameters<typeof TokenCounter>[0] = {}) {
  const counter = new TokenCounter({ ...patient, ...options })
  t.after(() => counter.close())
  return counter
}

const texts = (...list: string[]) => ({ kind: 'texts', texts: list }) as const
const exact = (text: string) => countTokens(text, { disallowedSpecial: new Set() })

test('no worker runs before the first job, and none after the end', async (t) => {
  const counter = counterFor(t)
  assert.equal(counter.isRunning, false)
  assert.deepEqual(await counter.count(texts('Hello world')), { tokens: 2, isExact: true })
  assert.equal(counter.isRunning, true)
  await counter.close()
  assert.equal(counter.isRunning, false)
  assert.equal(await counter.count(texts('Hello world')), undefined)
})

test('counts are those of the encoding, within two in a thousand where texts are cut', async (t) => {
  const counter = counterFor(t, { budgetMs: 10_000 })
  const prose = fixture('../../docs/guide/streaming-and-errors.md').toString()
  const table = fixture('../../docs/reference/columns.md').toString()
  for (const text of [prose, table, `${prose}${table}`.repeat(3), 'Grüße aus Köln 🌤️', '<|endoftext|> said']) {
    const counted = await counter.count(texts(text))
    const expected = exact(text)
    assert.equal(counted?.isExact, true)
    assert.ok(Math.abs(counted.tokens - expected) <= expected * 0.002, `${counted.tokens}, not ${expected}`)
  }
})

test('a run without blanks takes no time to speak of', async (t) => {
  const counter = counterFor(t, { budgetMs: 10_000 })
  await counter.count(texts('warm'))
  const startedAt = performance.now()
  const counted = await counter.count(texts('a'.repeat(400_000)))
  // Uncut it takes a minute and a half.
  assert.ok(performance.now() - startedAt < 20_000)
  assert.ok(Math.abs((counted?.tokens ?? 0) - 50_000) < 1000, `${counted?.tokens}`)
})

test('past its budget a count is an estimate, near the truth', async (t) => {
  const counter = counterFor(t, { budgetMs: 0 })
  const text = 'The quick brown fox jumps over the lazy dog. '.repeat(5000)
  const counted = await counter.count(texts(text))
  assert.equal(counted?.isExact, false)
  assert.ok(Math.abs(counted.tokens - 50_000) < 2500, `${counted.tokens}`)
})

test('the prompt of a request is counted from its bytes', async (t) => {
  const counter = counterFor(t)
  const body = { model: 'm', messages: [{ role: 'user', content: 'Say hello to the world.' }] }
  const bytes = new TextEncoder().encode(JSON.stringify(body))
  assert.deepEqual(await counter.count({ kind: 'prompt', bytes }), {
    tokens: exact('Say hello to the world.') + 4 + 3,
    isExact: true,
  })
  const nonsense = new TextEncoder().encode('no json')
  assert.equal(await counter.count({ kind: 'prompt', bytes: nonsense }), undefined)
})

test('what is too much at once is not counted, and nothing waits for ever', async (t) => {
  const counter = counterFor(t, { jobsMax: 2, bytesMax: 100 })
  const counts = await Promise.all([1, 2, 3].map(() => counter.count(texts('Hello world'))))
  assert.deepEqual(counts, [{ tokens: 2, isExact: true }, { tokens: 2, isExact: true }, undefined])
  assert.equal(await counter.count(texts('x'.repeat(101))), undefined)
  const hurried = counterFor(t, { waitMs: 0 })
  assert.equal(await hurried.count(texts('Hello world')), undefined)
  assert.equal(hurried.pending, 0)
})

test('a worker without work ends, and the next job starts another', async (t) => {
  const counter = counterFor(t, { idleMs: 1 })
  await counter.count(texts('a'))
  while (counter.isRunning) await new Promise((resolve) => setTimeout(resolve, 5))
  assert.deepEqual(await counter.count(texts('Hello world')), { tokens: 2, isExact: true })
})
