import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Learned, waitMs } from './learned.ts'

const day = 86_400_000
const minute = 60_000

const close = (actual: number | undefined, expected: number) =>
  assert.ok(
    actual !== undefined && Math.abs(actual - expected) <= 1e-9 * Math.max(1, expected),
    `${actual} for ${expected}`,
  )

test('an answer is taken to be 400 tokens long before any was seen, and that counts as two answers', () => {
  const learned = new Learned()
  assert.equal(learned.outputTokens('c', 's'), 400)
  learned.addOutput('c', 's', 1000, 0)
  close(learned.outputTokens('c', 's'), (2 * 400 + 1000) / 3)
  for (let count = 1; count < 200; count += 1) learned.addOutput('c', 's', 1000, 0)
  assert.ok(learned.outputTokens('c', 's') > 990)
})

test('after 14 days an answer weighs half, after 28 a quarter', () => {
  for (const [days, weight] of [
    [0, 1],
    [14, 0.5],
    [28, 0.25],
  ] as const) {
    const learned = new Learned()
    learned.addOutput('c', '', 100, 0)
    learned.addOutput('c', '', 1000, days * day)
    close(learned.outputTokens('c', 'new'), (2 * 400 + weight * 100 + 1000) / (2 + weight + 1))
  }
})

test('a segment stands for itself from its fifth answer on; before, the candidate’s other answers do', () => {
  const learned = new Learned()
  for (let count = 0; count < 100; count += 1) learned.addOutput('c', 'long', 2000, 0)
  for (let count = 0; count < 4; count += 1) learned.addOutput('c', 'short', 10, 0)
  assert.ok(learned.outputTokens('c', 'short') > 1800)
  learned.addOutput('c', 'short', 10, 0)
  close(learned.outputTokens('c', 'short'), (2 * 400 + 5 * 10) / 7)
  assert.ok(learned.outputTokens('c', 'unheard of') > 1700)
  assert.equal(learned.outputTokens('other', 'long'), 400)
})

test('a clock that was set back makes no answer weigh more than one', () => {
  const learned = new Learned()
  learned.addOutput('c', '', 100, 100 * day)
  learned.addOutput('c', '', 100, 0)
  close(learned.outputTokens('c', ''), (2 * 400 + 200) / 4)
})

test('pace halves every five minutes', () => {
  const learned = new Learned()
  const seen = (firstTokenMs: number) => ({ firstTokenMs, durationMs: 1000, outputTokens: 50 })
  learned.addSpeed('c', seen(100), 0)
  learned.addSpeed('c', seen(400), 5 * minute)
  close(learned.pace('c').firstTokenMs, (0.5 * 100 + 400) / 1.5)
  close(learned.pace('c').msPerToken, 10)
  assert.equal(learned.pace('c').samples, 2)
})

test('of who was never seen nothing is known; without streams no first token is', () => {
  const learned = new Learned()
  assert.deepEqual(learned.pace('c'), { firstTokenMs: undefined, msPerToken: undefined, samples: 0 })
  learned.addSpeed('c', { firstTokenMs: undefined, durationMs: 300, outputTokens: 0 }, 0)
  assert.equal(learned.pace('c').firstTokenMs, undefined)
  close(learned.pace('c').msPerToken, 6)
})

test('who streams waits for the first token, others for all of the answer', () => {
  const pace = { firstTokenMs: 250, msPerToken: 10, samples: 30 }
  assert.equal(waitMs(pace, { streamed: true, outputTokens: 400 }), 250)
  assert.equal(waitMs(pace, { streamed: false, outputTokens: 400 }), 4500)
  const unknown = { firstTokenMs: undefined, msPerToken: undefined, samples: 0 }
  for (const streamed of [true, false])
    assert.equal(waitMs(unknown, { streamed, outputTokens: 400 }), undefined)
})

test('segments without end are forgotten, the candidate’s own mean is not', () => {
  const learned = new Learned()
  for (let index = 0; index < 30_000; index += 1) learned.addOutput('c', `s${index}`, 1000, 0)
  assert.ok(learned.outputTokens('c', 's0') > 990)
})
