import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RequestRow } from '../../contract/record.ts'
import { seededRandom } from '../../testing/random.ts'
import { randomRecord } from '../../testing/random-record.ts'
import { RecentRequests } from './recent.ts'

const { request: sample } = randomRecord(seededRandom(1))

const decodeNothing = () => {
  throw new Error('nothing was encoded')
}

const rowOf = (id: string, own: Partial<RequestRow> = {}): RequestRow => ({
  ...sample,
  ...{ customer: '', feature: '', session: '', model_asked: '', prompt_name: '', prompt_version: '' },
  ...{ tier: '', segment: '', tags: {} },
  request_id: id,
  ...own,
})

function remember(recent: RecentRequests, request: RequestRow): void {
  recent.keep({ request, attempts: [], route: undefined, policy: undefined, details: undefined })
}

test('the last so many are remembered, whatever came before', () => {
  const recent = new RecentRequests(decodeNothing, { entriesMax: 100, charsMax: 1e6 })
  for (let id = 0; id < 1234; id += 1) remember(recent, rowOf(String(id)))
  assert.equal(recent.size(), 100)
  assert.equal(recent.find('1133'), undefined)
  for (let id = 1134; id < 1234; id += 1)
    assert.equal(recent.find(String(id))?.request.request_id, String(id))
})

test('callers cannot fill the memory with long names', () => {
  const recent = new RecentRequests(decodeNothing, { entriesMax: 1000, charsMax: 10_000 })
  const tags = { t: 'x'.repeat(99) }
  for (let id = 0; id < 1000; id += 1) remember(recent, rowOf(String(id), { session: 's'.repeat(200), tags }))
  assert.ok(recent.size() <= 35, `${recent.size()} are remembered`)
  assert.ok(recent.find('999'))
  for (let id = 0; id < 50; id += 1) remember(recent, rowOf(`short ${id}`))
  assert.equal(recent.find('short 0')?.request.request_id, 'short 0')
})

test('a single one that is too long is remembered until the next', () => {
  const recent = new RecentRequests(decodeNothing, { entriesMax: 10, charsMax: 10 })
  remember(recent, rowOf('a', { session: 's'.repeat(200) }))
  assert.ok(recent.find('a'))
  remember(recent, rowOf('b'))
  assert.equal(recent.find('a'), undefined)
  assert.ok(recent.find('b'))
})

test('what the spool has written is read from its line', () => {
  const recent = new RecentRequests((line) => ({ request: rowOf(line), attempts: [] }))
  const of = (id: string) => ({ request: rowOf(id), attempts: [], route: undefined, policy: undefined })
  recent.keep({ ...of('a'), details: undefined }).encoded('line of a')
  recent.keep({ ...of('b'), details: undefined })
  assert.equal(recent.find('a')?.request.request_id, 'line of a')
  assert.equal(recent.find('b')?.request.request_id, 'b')
})
