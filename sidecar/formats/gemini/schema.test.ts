import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toOpenApiSubset } from './schema.ts'

test('references are inlined, and a schema that contains itself ends', () => {
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: { node: { $ref: '#/$defs/Node', description: 'the root' } },
    required: ['node'],
    additionalProperties: false,
    $defs: {
      Node: {
        type: 'object',
        properties: { name: { type: 'string' }, next: { $ref: '#/$defs/Node' } },
      },
    },
  }
  assert.deepEqual(toOpenApiSubset(schema), {
    type: 'OBJECT',
    required: ['node'],
    properties: {
      node: {
        type: 'OBJECT',
        description: 'the root',
        properties: { name: { type: 'STRING' }, next: { type: 'OBJECT' } },
      },
    },
  })
})

test('null types become nullable, constants enums of one, several types alternatives', () => {
  const schema = {
    type: 'object',
    properties: {
      a: { type: ['string', 'null'] },
      b: { anyOf: [{ type: 'integer' }, { type: 'null' }] },
      c: { const: 'x' },
      d: { enum: ['x', null] },
      e: { type: ['string', 'number'] },
      f: { oneOf: [{ type: 'string' }, { type: 'boolean' }] },
      g: { type: 'integer', enum: [1, 2] },
      h: { type: 'string', format: 'uri' },
      i: { type: 'array' },
      j: {
        allOf: [
          { type: 'object', properties: { k: { type: 'string' } }, required: ['k'] },
          { required: ['l'] },
        ],
      },
    },
  }
  assert.deepEqual(toOpenApiSubset(schema)?.['properties'], {
    a: { type: 'STRING', nullable: true },
    b: { type: 'INTEGER', nullable: true },
    c: { type: 'STRING', enum: ['x'] },
    d: { type: 'STRING', enum: ['x'], nullable: true },
    e: { anyOf: [{ type: 'STRING' }, { type: 'NUMBER' }] },
    f: { anyOf: [{ type: 'STRING' }, { type: 'BOOLEAN' }] },
    g: { type: 'INTEGER' },
    h: { type: 'STRING' },
    i: { type: 'ARRAY', items: { type: 'STRING' } },
    j: { type: 'OBJECT', properties: { k: { type: 'STRING' } }, required: ['k', 'l'] },
  })
})

test('an object without properties at the root is left out', () => {
  assert.equal(toOpenApiSubset({ type: 'object', properties: {} }), undefined)
  assert.equal(toOpenApiSubset({}), undefined)
  assert.deepEqual(toOpenApiSubset({ type: 'string' }), { type: 'STRING' })
})

test('a reference that leads nowhere is an open object, not an error', () => {
  const schema = {
    type: 'object',
    properties: { a: { $ref: '#/missing' }, b: { $ref: 'https://example.com/x' } },
  }
  assert.deepEqual(toOpenApiSubset(schema)?.['properties'], { a: { type: 'OBJECT' }, b: { type: 'OBJECT' } })
})
