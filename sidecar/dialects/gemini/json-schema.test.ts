import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isStrictSchema, toJsonSchema } from './json-schema.ts'

test("Google's type names become those of JSON schema, at every depth", () => {
  const schema = toJsonSchema({
    type: 'OBJECT',
    properties: {
      type: { type: 'STRING', description: 'a property that is called type' },
      list: { type: 'ARRAY', minItems: '2', items: { any_of: [{ type: 'INTEGER' }, { type: 'NULL' }] } },
    },
    propertyOrdering: ['list', 'type'],
    required: ['type'],
  })
  assert.deepEqual(schema, {
    type: 'object',
    properties: {
      type: { type: 'string', description: 'a property that is called type' },
      list: { type: 'array', minItems: 2, items: { anyOf: [{ type: 'integer' }, { type: 'null' }] } },
    },
    required: ['type'],
  })
})

test('nullable values and enums stay nullable', () => {
  assert.deepEqual(toJsonSchema({ type: 'STRING', format: 'enum', enum: ['a'], nullable: true }), {
    type: ['string', 'null'],
    enum: ['a', null],
  })
  assert.deepEqual(toJsonSchema({ anyOf: [{ type: 'STRING' }], nullable: true }), {
    anyOf: [{ type: 'string' }, { type: 'null' }],
  })
})

test('JSON schema comes out as it went in', () => {
  const schema = {
    $defs: { A: { type: 'string', const: 'UPPER' } },
    type: 'object',
    properties: { a: { $ref: '#/$defs/A' }, snake_case: { default: { type: 'KEPT' } } },
    additionalProperties: false,
  }
  assert.deepEqual(toJsonSchema(schema), schema)
})

test('a schema is strict when every object is closed and every property required', () => {
  const closed = {
    type: 'object',
    properties: { a: { type: 'string' } },
    required: ['a'],
    additionalProperties: false,
  }
  assert.equal(isStrictSchema(closed), true)
  assert.equal(isStrictSchema({ type: 'array', items: closed }), true)
  assert.equal(isStrictSchema({ ...closed, required: [] }), false)
  assert.equal(isStrictSchema({ anyOf: [closed, { type: 'object', properties: {} }] }), false)
})
