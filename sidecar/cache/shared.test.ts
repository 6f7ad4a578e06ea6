import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AnswerCache } from './answer-cache.ts'
import { rowOf, takeRows } from './shared.ts'
import type { EntryContent } from './store/entry.ts'

const limits = { bytesMax: 1_000_000, quota: 1, usdPerSecond: 0 }
const make = () => new AnswerCache({ limits, random: () => 0, auditDelayMs: () => 0 })

function content(answers: AnswerCache, text: string, createdMs: number): EntryContent {
  const { analysis, roots } = answers.analyst.question(text, 'en', 2026)
  return {
    id: 'id',
    exact: `exact of ${text}`,
    compat: 'compat',
    owner: 'customer c',
    customer: 'c',
    route: 'r',
    tags: {},
    model: 'm',
    provider: 'p',
    head: text,
    analysis,
    roots,
    answer: Buffer.from('{"events":[{"type":"text","choice":0,"text":"Lima"}]}'),
    createdMs,
    costUsd: '0.5',
    tookMs: 9,
    life: { exact: 1000, lexical: 1000, semantic: 1000 },
    graceMs: { revalidate: 0, error: 500 },
  }
}

const more = { app: 'a', text: 'What is the capital of Peru?', maskRulesVersion: 'v' }

test('an entry of one sidecar answers in another, by key and by its words', () => {
  const [one, other] = [make(), make()]
  const entry = one.add(content(one, more.text, 1000))
  assert.ok(entry)
  assert.equal(takeRows(other, [rowOf(entry, more)], 1500), 1)
  const taken = other.store.exact(entry.exact)
  assert.equal(taken?.answer.toString(), entry.answer.toString())
  assert.deepEqual(
    [taken?.life, taken?.graceMs, taken?.costUsd],
    [{ exact: 1000, lexical: 1000, semantic: 0 }, entry.graceMs, '0.5'],
  )
  assert.equal(other.store.scope('compat')?.equal(entry.analysis?.key ?? '').length, 1)
})

test('what is known, over or broken is not taken', () => {
  const [one, other] = [make(), make()]
  const entry = one.add(content(one, more.text, 1000))
  assert.ok(entry)
  const row = rowOf(entry, more)
  assert.equal(takeRows(other, [row], 2500), 0)
  assert.equal(takeRows(other, [row], 2400), 1)
  assert.equal(takeRows(other, [row], 1500), 0)
  assert.equal(takeRows(other, [{ ...row, ts: 1001 }], 1500), 1)
  for (const answer of ['', '{', '1', '{}']) assert.equal(takeRows(make(), [{ ...row, answer }], 1500), 0)
})
