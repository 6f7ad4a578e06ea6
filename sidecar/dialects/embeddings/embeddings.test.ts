import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../../contract/json.ts'
import { readEmbeddingRequest, writeEmbeddingAnswer } from './embeddings.ts'

const read = (body: JsonObject) => readEmbeddingRequest({ model: 'm', ...body })

test('one text, several, tokens of one and tokens of several are all lists of inputs', () => {
  const inputs = (input: JsonObject['input']) => read({ input }).inputs
  assert.deepEqual(inputs('a'), ['a'])
  assert.deepEqual(inputs(['a', 'b']), ['a', 'b'])
  assert.deepEqual(inputs([1, 2]), [[1, 2]])
  assert.deepEqual(inputs([[1], [2, 3]]), [[1], [2, 3]])
})

test('options are read, unknown ones are named', () => {
  const { encoding, dimensions, endUser, dropped } = read({
    input: 'a',
    encoding_format: 'base64',
    dimensions: 256,
    user: 'u',
    input_type: 'query',
    truncate: null,
  })
  assert.deepEqual([encoding, dimensions, endUser, dropped], ['base64', 256, 'u', ['input_type']])
})

test('inputs that no one could embed are refused', () => {
  for (const input of [undefined, null, 7, [], [[]], ['a', 1], [1.5], [['a']]]) {
    assert.throws(() => read({ input }), { code: 'invalid_body', param: 'input' })
  }
  assert.throws(() => read({ input: 'a', encoding_format: 'hex' }), { param: 'encoding_format' })
  assert.throws(() => read({ input: 'a', dimensions: 'many' }), { param: 'dimensions' })
  assert.throws(() => readEmbeddingRequest({ input: 'a' }), { param: 'model' })
})

test('vectors are written as numbers, or as the little-endian floats that SDKs decode', () => {
  const answer = { vectors: [[0.5, -2], [1]], usage: { classes: { input: 6 } } }
  const usage = { prompt_tokens: 6, total_tokens: 6 }
  const data = [
    { object: 'embedding', index: 0, embedding: [0.5, -2] },
    { object: 'embedding', index: 1, embedding: [1] },
  ]
  const expected = { object: 'list', data, model: 'm', usage }
  assert.deepEqual(writeEmbeddingAnswer(answer, read({ input: ['a', 'b'] })), expected)
  const encoded = writeEmbeddingAnswer(
    { ...answer, model: 'served' },
    read({ input: 'a', encoding_format: 'base64' }),
  )
  const [first] = encoded['data'] as { embedding: string }[]
  // 0.5 and -2 as IEEE 754 single precision, lowest byte first.
  assert.equal(Buffer.from(first?.embedding ?? '', 'base64').toString('hex'), '0000003f000000c0')
  assert.equal(encoded['model'], 'served')
})
