import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base'
import { TokenCounter } from './counter.ts'

/** A busy machine is no reason to fail here. */
const patient = { budgetMs: 20_000, waitMs: 20_000 }

test('counts are those of the tokenizer, special words and long runs included', async () => {
  const counter = new TokenCounter(patient)
  const prose = 'The quick brown fox — "jumps" over 13 lazy dogs, né 🌤.\n'.repeat(400)
  const special = 'before <|endoftext|> after <|im_start|>'
  const [short, long, odd, run] = await Promise.all([
    counter.count('Hello, world!'),
    counter.count(prose),
    counter.count(special),
    counter.count('a'.repeat(400_000)),
  ])
  assert.equal(short, countTokens('Hello, world!'))
  const exact = countTokens(prose)
  assert.ok(Math.abs((long ?? 0) - exact) <= exact * 0.002, `${long} of ${exact}`)
  assert.equal(odd, countTokens(special, { disallowedSpecial: new Set() }))
  assert.ok((run ?? 0) > 40_000)
  await counter.close()
})

test('what takes too long, or is too much at once, is not counted', async () => {
  for (const limits of [
    { ...patient, waitMs: 1 },
    { ...patient, budgetMs: -1 },
  ]) {
    const hasty = new TokenCounter(limits)
    assert.equal(await hasty.count('Hello'), undefined)
    await hasty.close()
  }
  const small = new TokenCounter({ ...patient, charsMax: 10 })
  const first = small.count('Hello you')
  assert.equal(await small.count('Hello'), undefined)
  assert.equal(await first, 2)
  assert.equal(await small.count('Hello you'), 2)
  await small.close()
})

test('a worker that nobody asks ends, and the next text starts another', async () => {
  const counter = new TokenCounter({ ...patient, idleMs: 1 })
  assert.equal(await counter.count('Hello'), 1)
  await sleep(100)
  assert.equal(await counter.count('Hello'), 1)
  const lost = counter.count('Hello')
  await counter.close()
  assert.ok([1, undefined].includes(await lost))
  assert.equal(await counter.count('Hello'), undefined)
})
