import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Json } from '../../contract/json.ts'
import { Embedder } from './embedder.ts'

const settings = { model: 'm', dimensions: undefined, timeoutMs: 20 }

function answering(
  bodies: string[],
  answer: (inputs: string[]) => Json | undefined | Promise<Json | undefined>,
) {
  return async (body: string) => {
    bodies.push(body)
    return answer((JSON.parse(body) as { input: string[] }).input)
  }
}

const vectorsOf = (inputs: readonly string[]): Json => ({
  data: inputs.map((text, index) => ({ index, embedding: [text.length, 1] })).reverse(),
})

test('texts that come together go in one call, and known ones in none', async () => {
  const bodies: string[] = []
  const embedder = new Embedder(settings, answering(bodies, vectorsOf))
  const vectors = await Promise.all(['a', 'bbb', 'a'].map((text) => embedder.vectorOf(text)))
  assert.equal(bodies.length, 1)
  assert.deepEqual(JSON.parse(bodies[0] ?? ''), { model: 'm', input: ['a', 'bbb'] })
  assert.deepEqual(vectors[0], vectors[2])
  assert.deepEqual([...(vectors[1] ?? [])], [127, 42])
  await embedder.vectorOf('bbb')
  assert.equal(bodies.length, 1)
})

test('a slow one is no vector in time, and one for the entry later', async () => {
  const go = Promise.withResolvers<void>()
  const embedder = new Embedder(
    settings,
    answering([], async (inputs) => {
      await go.promise
      return vectorsOf(inputs)
    }),
  )
  assert.equal(await embedder.inTime('a'), undefined)
  const later = embedder.vectorOf('a')
  go.resolve()
  assert.ok(await later)
  assert.ok(await embedder.inTime('a'))
})

test('a fault, a wrong shape or the end is no vector, and nothing is thrown', async () => {
  for (const answer of [
    undefined,
    {},
    { data: [{ embedding: ['x'] }] },
    { data: [{ index: 9, embedding: [1] }] },
  ]) {
    const embedder = new Embedder(
      settings,
      answering([], () => answer as Json | undefined),
    )
    assert.equal(await embedder.vectorOf('a'), undefined)
  }
  const failing = new Embedder(settings, () => Promise.reject(new Error('down')))
  assert.equal(await failing.vectorOf('a'), undefined)
  assert.equal(failing.failures, 1)
  failing.close()
  assert.equal(await failing.vectorOf('b'), undefined)
})
