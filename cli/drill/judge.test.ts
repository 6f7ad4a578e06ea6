import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LedgerRecord } from '../../contract/record.ts'
import { type Scenario, scenarios } from '../../sidecar/providers/simulated/scenarios.ts'
import type { Route } from '../../sidecar/routing/route.ts'
import type { Came } from './ask.ts'
import { type Evidence, judge } from './judge.ts'
import { readCame } from './reading.ts'
import { verdictOf } from './scorecard.ts'
import { cardsOf, exitCodeOf, markOf, whyNothing } from './summary.ts'

const scenario = (name: string) => scenarios.find((one) => one.name === name) as Scenario
const route = {
  candidates: [],
  timeouts: { totalMs: 1000, firstTokenMs: Number.POSITIVE_INFINITY },
  recovery: { midStream: 'stitch', holdBack: { kind: 'none' } },
} as unknown as Route

const chunk = (text: string) =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: text } }] })}\n\n`
const finish = `data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })}\n\n`
const failure = `data: ${JSON.stringify({ error: { message: 'x', type: 'server_error', code: 'gone' } })}\n\n`
const done = 'data: [DONE]\n\n'

function came(body: string, more: Partial<Came> = {}): Came {
  const headers = { 'content-type': 'text/event-stream' }
  return {
    status: 200,
    headers,
    bytes: Buffer.from(body),
    isClean: true,
    tookMs: 10,
    piecesMs: [],
    isLost: false,
    ...more,
  }
}

function record(status: string, attempts = 2): LedgerRecord {
  const request = { status, candidate_served: 'b', candidate_assigned: 'a', excluded: {} }
  return { request, attempts: Array.from({ length: attempts }, () => ({})) } as unknown as LedgerRecord
}

function verdict(got: Came, more: Partial<Evidence> = {}) {
  const shot = { route: 'r', scenario: scenario('cut-middle'), dialect: 'chat', streamed: true } as const
  const reading = readCame(got, 'chat')
  return judge({
    ...{
      shot,
      route,
      assigned: 'a',
      came: got,
      reading,
      record: record('ok'),
      records: 1,
      calls: 2,
      words: 4,
    },
    ...more,
  })
}

test('a full answer of somebody else passes', () => {
  const { ending, reason } = verdict(came(`${chunk('1 2')}${chunk(' 3 4')}${finish}${done}`))
  assert.deepEqual([ending, reason], ['answer', 'b answered'])
})

test('an error that says so passes, whatever was delivered before it', () => {
  const midway = verdict(came(`${chunk('1 2')}${failure}`), { record: record('truncated') })
  assert.deepEqual(
    [midway.ending, midway.reason, midway.code],
    ['error', 'callers saw an error midway', 'gone'],
  )
  const refused = came(JSON.stringify({ error: { message: 'x', type: 'api_error', code: 'gone' } }), {
    status: 503,
    headers: { 'content-type': 'application/json' },
  })
  assert.equal(verdict(refused, { record: record('error') }).reason, 'callers saw 503')
})

test('a cut answer that ends as if it were complete fails, marked or not', () => {
  const words = 'a cut answer ended as if it were complete'
  assert.deepEqual(verdict(came(`${chunk('1 2')}${finish}${done}`)).reason, words)
  assert.deepEqual(verdict(came(chunk('1 2'))).reason, words)
  assert.equal(verdict(came(chunk('1 2'))).ending, 'failed')
})

test('words that are delivered twice, or are missing in the middle, fail', () => {
  const twice = verdict(came(`${chunk('1 2')}${chunk(' 2 3 4')}${finish}${done}`))
  assert.deepEqual([twice.ending, twice.reason], ['failed', 'words were delivered twice'])
  const gap = verdict(came(`${chunk('1 2')}${chunk(' 4')}${finish}${done}`))
  assert.deepEqual([gap.ending, gap.reason], ['failed', 'words are missing in the middle'])
  const anew = { ...route, recovery: { ...route.recovery, midStream: 'restart' } } as Route
  assert.equal(
    verdict(came(`${chunk('1 2')}${chunk('[again] 1 2 3 4')}${finish}${done}`), { route: anew }).ending,
    'answer',
  )
})

test('silence, broken connections and pages of HTML fail', () => {
  assert.match(verdict(came('', { isLost: true, tookMs: 6000 })).reason, /no end after 6.0 s/)
  assert.match(verdict(came(chunk('1'), { isClean: false })).reason, /broke without an error/)
  assert.match(verdict(came('', { status: 0 })).reason, /closed without an answer/)
  assert.match(verdict(came('<html>', { status: 502 })).reason, /neither an answer nor an error/)
})

test('an answer that is later than the route allows fails', () => {
  const full = `${chunk('1 2 3 4')}${finish}${done}`
  assert.equal(verdict(came(full, { tookMs: 1900 })).ending, 'answer')
  assert.match(verdict(came(full, { tookMs: 2100 })).reason, /took 2.1 s, where all of it may take 1.0 s/)
})

test('a stream that is silent for longer than its limit fails, where somebody else could be asked', () => {
  const full = `${chunk('1 2 3 4')}${finish}${done}`
  const quick = {
    ...route,
    candidates: [{}, {}],
    timeouts: { totalMs: 9000, firstTokenMs: 500, idleMs: 300 },
  }
  const seen = (name: string, piecesMs: readonly number[], of: object = quick) => {
    const shot = { route: 'r', scenario: scenario(name), dialect: 'chat', streamed: true } as const
    return verdict(came(full, { tookMs: 3000, piecesMs }), { shot, route: of as Route }).reason
  }
  assert.match(seen('slow-start', [1600, 2900]), /silent for 1.6 s, where 0.5 s are allowed/)
  assert.equal(seen('slow-start', [1400, 2800]), 'b answered')
  assert.match(seen('stall', [100, 1500, 2900]), /silent for 1.4 s, where 0.3 s are allowed/)
  assert.equal(seen('slow-start', [2900], { ...quick, candidates: [{}] }), 'b answered')
})

test('the record must be there, once, and say what the caller saw', () => {
  const full = came(`${chunk('1 2 3 4')}${finish}${done}`)
  assert.equal(verdict(full, { record: undefined, records: 0 }).reason, 'no record was written')
  assert.equal(verdict(full, { records: 2 }).reason, '2 records of one request')
  assert.equal(verdict(full, { record: record('error') }).reason, 'the record says error')
  assert.equal(verdict(full, { calls: 3 }).reason, '3 calls, but 2 on record')
})

test('the last line counts each mark that is shown', () => {
  const counts = { answers: 3, expected: 2, errors: 1, failed: 4, skipped: 0 }
  assert.equal(verdictOf(counts), '✓ 5 as they should be, ! 1 honest error, ✗ 4 failed')
})

test('one failure among many is the verdict of a scenario and of the command; an honest error is none', () => {
  const one = scenario('cut-middle')
  const shot = {
    route: 'r',
    scenario: one,
    dialect: 'chat',
    advice: undefined,
    status: 200,
    tookMs: 1,
    attempts: 1,
    candidates: ['a', 'b'],
  } as const
  const good = { ...shot, streamed: true, ending: 'answer', reason: 'b answered' } as const
  const cards = (...results: Parameters<typeof cardsOf>[0]) =>
    cardsOf(results, { routes: ['r'], scenarios: [one] })
  const honest = cards(good, { ...good, streamed: false, ending: 'error', reason: 'callers saw 500' })
  assert.equal(exitCodeOf(honest), 0)
  assert.deepEqual(
    [honest[0]?.lines[0]?.reason, honest[0]?.lines[0]?.where],
    ['callers saw 500', 'not streamed'],
  )
  const bad = cards(good, { ...good, streamed: false, ending: 'failed', reason: 'no record was written' })
  assert.equal(exitCodeOf(bad), 1)
  const none = cards({ ...good, ending: 'skipped', reason: 'no key may use this route' })
  assert.deepEqual([exitCodeOf(none), none.map(whyNothing)], [2, [['no key may use this route']]])
  assert.equal(markOf(bad[0]?.lines[0]?.ending ?? 'skipped'), 'fail')
})
