import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../../contract/json.ts'
import { readRerankRequest, writeRerankAnswer } from './rerank.ts'

const read = (body: JsonObject = {}) =>
  readRerankRequest({ model: 'm', query: 'q', documents: ['a', { text: 'b', id: 1 }], ...body })

test('documents are texts, however they are wrapped', () => {
  assert.deepEqual(read({ top_n: 1, return_documents: true, max_chunks_per_doc: 4, rank_fields: null }), {
    model: 'm',
    query: 'q',
    documents: ['a', 'b'],
    topN: 1,
    returnDocuments: true,
    dropped: ['max_chunks_per_doc'],
  })
})

test('what cannot be ranked is refused, naming the field', () => {
  const refused = (param: string, body: JsonObject) =>
    assert.throws(() => read(body), { code: 'invalid_body', param })
  refused('query', { query: 7 })
  refused('documents', { documents: [] })
  refused('documents[1]', { documents: ['a', { title: 'b' }] })
  refused('top_n', { top_n: 0 })
  refused('return_documents', { return_documents: 'yes' })
})

test('results carry their documents only when asked for', () => {
  const answer = {
    results: [
      { index: 1, score: 0.9 },
      { index: 0, score: 0.1 },
    ],
    usage: { classes: { queries: 1 } },
  }
  const plain = writeRerankAnswer(answer, read(), 'r1')
  assert.deepEqual(plain, {
    id: 'rerank-r1',
    object: 'list',
    model: 'm',
    results: [
      { index: 1, relevance_score: 0.9 },
      { index: 0, relevance_score: 0.1 },
    ],
    usage: { prompt_tokens: 0, total_tokens: 0 },
    meta: { billed_units: { search_units: 1 } },
  })
  const full = writeRerankAnswer({ ...answer, id: 'up' }, read({ return_documents: true }), 'r1')
  assert.equal(full['id'], 'up')
  const [first] = full['results'] as JsonObject[]
  assert.deepEqual(first?.['document'], { text: 'b' })
})
