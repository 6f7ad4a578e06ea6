import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readRerankAnswer, writeRerankRequest } from './rerank.ts'

test('a reranking is written without asking for the documents back', () => {
  const request = {
    model: 'm',
    query: 'q',
    documents: ['a', 'b'],
    topN: 1,
    returnDocuments: true,
    dropped: [],
  }
  assert.deepEqual(writeRerankRequest(request, 'rerank-v3.5'), {
    body: { model: 'rerank-v3.5', query: 'q', documents: ['a', 'b'], top_n: 1 },
    dropped: [],
  })
})

test('results keep their order, search units are queries, broken results are left out', () => {
  const body = {
    id: 'r1',
    results: [
      { index: 1, relevance_score: 0.9 },
      { index: 'x', relevance_score: 0.5 },
      { index: 0, relevance_score: 0.1 },
    ],
    meta: { billed_units: { search_units: 3 } },
  }
  assert.deepEqual(readRerankAnswer(body), {
    id: 'r1',
    results: [
      { index: 1, score: 0.9 },
      { index: 0, score: 0.1 },
    ],
    usage: { classes: { queries: 3 } },
  })
  assert.deepEqual(readRerankAnswer(null), { results: [] })
})
