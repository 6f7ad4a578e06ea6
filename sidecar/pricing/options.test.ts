import assert from 'node:assert/strict'
import { test } from 'node:test'
import { usageOf } from '../../contract/usage.ts'
import { JsonBody } from '../body/json-body.ts'
import { priceOptions } from './options.ts'

const bodyOf = (value: unknown) => JsonBody.read(Buffer.from(JSON.stringify(value)))
const images = usageOf({ images: 1 })
const searches = usageOf({ web_searches: 2 })

test('size, quality and steps of an image come from the request', () => {
  const body = bodyOf({ size: '1792x1024', quality: 'hd', steps: 30 })
  assert.deepEqual(priceOptions(body, images), {
    image: { size: '1792x1024', quality: 'hd', steps: 30 },
    text: '1792x1024/hd/30',
  })
})

test('each of them has its place in the record, whatever else is missing', () => {
  const textOf = (body: object) => priceOptions(bodyOf(body), images).text
  assert.equal(textOf({ size: '1024x1024' }), '1024x1024')
  assert.equal(textOf({ quality: 'hd' }), '/hd')
  assert.equal(textOf({ size: '1024x1024', steps: 30 }), '1024x1024//30')
})

test('words that nobody sells have no price, and cannot pass for others in the record', () => {
  for (const body of [
    { size: 'standard/256x256' },
    { size: '9'.repeat(40) },
    { quality: 'x/30' },
    { steps: 0.5 },
  ]) {
    assert.ok(priceOptions(bodyOf(body), images).text.includes('?'), JSON.stringify(body))
  }
})

test('what the request leaves to the provider is not known', () => {
  assert.deepEqual(priceOptions(bodyOf({ size: 'auto', quality: 7 }), images), { image: {}, text: '' })
  assert.deepEqual(priceOptions(undefined, images), { text: '' })
})

for (const [place, body] of [
  ['chat option', { web_search_options: { search_context_size: 'high' } }],
  ['Responses tool', { tools: [{ type: 'function' }, { type: 'web_search', search_context_size: 'high' }] }],
  ['older tool', { tools: [{ type: 'web_search_preview_2025', search_context_size: 'high' }] }],
] as const) {
  test(`the context of a search is read from the ${place}`, () => {
    assert.deepEqual(priceOptions(bodyOf(body), searches), { searchSize: 'high', text: 'high' })
  })
}

test('a size nobody sells is no size, and without searches nothing is looked at', () => {
  const huge = bodyOf({ web_search_options: { search_context_size: 'huge' } })
  assert.deepEqual(priceOptions(huge, searches), { text: '' })
  const body = bodyOf({ tools: [{ type: 'web_search', search_context_size: 'high' }] })
  assert.deepEqual(priceOptions(body, usageOf({ input: 5 })), { text: '' })
})

test('a field that does not parse leaves the price as it would be without it', () => {
  const raw = `{"tools":[{"type":"web_search","x":"${'y'.repeat(20_000)}\u0001"}]}`
  assert.deepEqual(priceOptions(JsonBody.read(Buffer.from(raw)), searches), { text: '' })
})
