import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base'
import { exampleOf } from './schema.ts'
import { cut, drawFrom, prose } from './text.ts'

describe('simulated prose', () => {
  it('has exactly as many tokens as pieces, whatever the seed and length', () => {
    for (let seed = 0; seed < 200; seed++) {
      const pieces = prose(`seed ${seed}`, seed)
      assert.equal(pieces.length, seed)
      assert.equal(countTokens(pieces.join('')), seed)
    }
  })

  it('is cut without breaking characters or losing any', () => {
    const text = 'a👋🏽\nñ漢字 \u{1F469}\u200d\u{1F680} end'
    assert.equal(cut(text).join(''), text)
    for (const piece of cut(text)) assert.equal(Buffer.from(piece).toString(), piece)
  })
})

describe('the example of a schema', () => {
  it('keeps types, enums, bounds and references, and ends where a schema refers to itself', () => {
    const node = {
      type: 'object',
      properties: { next: { $ref: '#/$defs/node' }, kind: { enum: ['a', 'b'] } },
      required: ['kind'],
    }
    const schema = {
      type: 'object',
      properties: {
        count: { type: 'integer', minimum: 3, maximum: 5 },
        ratio: { type: 'number', exclusiveMinimum: 0 },
        day: { type: 'string', format: 'date' },
        tags: { type: 'array', items: { type: 'string', maxLength: 3 }, minItems: 2 },
        either: { anyOf: [{ type: 'null' }, { type: 'string' }] },
        list: { $ref: '#/$defs/node' },
      },
      $defs: { node },
    }
    const made = exampleOf(schema, drawFrom('x')) as {
      count: number
      ratio: number
      day: string
      tags: string[]
      either: null
      list: object
    }
    assert.ok(made.count >= 3 && made.count <= 5)
    assert.ok(made.ratio > 0)
    assert.match(made.day, /^\d{4}-\d\d-\d\d$/)
    assert.deepEqual(
      made.tags.map((tag) => tag.length),
      [3, 3],
    )
    assert.equal(made.either, null)
    assert.ok(JSON.stringify(made.list).length < 500)
  })
})
