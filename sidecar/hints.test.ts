import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { test } from 'node:test'
import { JsonBody } from './body/json-body.ts'
import { noHints } from './context.ts'
import { hintsOf, withCustomerOf } from './hints.ts'

const request = (headers: Record<string, string>) =>
  ({ headers, rawHeaders: Object.entries(headers).flat() }) as unknown as IncomingMessage
const body = (value: unknown) => JsonBody.read(Buffer.from(JSON.stringify(value)))
const hints = (headers: Record<string, string>, value?: unknown) =>
  value === undefined ? hintsOf(request(headers)) : withCustomerOf(body(value), hintsOf(request(headers)))

test('without headers and fields nothing is known', () => {
  assert.deepEqual(hints({}, { model: 'm' }), noHints)
})

test('each header has its field', () => {
  const given = hints({
    'x-sidelight-customer': 'acme',
    'x-sidelight-feature': 'chat',
    'x-sidelight-session': 's1',
    'x-sidelight-prompt': 'greet@v2',
    'x-sidelight-tier': 'gold',
    'x-sidelight-provider': 'p',
    'x-sidelight-route': 'r',
    'x-sidelight-cache': 'bypass',
    'x-sidelight-tags': 'a=1, b = two=2 ,c,=x,,',
  })
  assert.deepEqual(
    { ...given, tags: { ...given.tags } },
    {
      customer: 'acme',
      feature: 'chat',
      session: 's1',
      promptName: 'greet',
      promptVersion: 'v2',
      tags: { a: '1', b: 'two=2', c: '' },
      tier: 'gold',
      provider: 'p',
      route: 'r',
      cache: 'bypass',
    },
  )
  assert.equal(hints({ 'x-sidelight-prompt': 'a@b@3' }).promptName, 'a@b')
  assert.equal(hints({ 'x-sidelight-prompt': 'plain' }).promptVersion, '')
})

test('the customer is the header’s, then safety_identifier, user, metadata.customer, metadata.user_id', () => {
  const fields = {
    safety_identifier: 'safe',
    user: 'user',
    metadata: { customer: 'meta', user_id: 'id' },
  }
  assert.equal(hints({ 'x-sidelight-customer': 'header' }, fields).customer, 'header')
  assert.equal(hints({}, fields).customer, 'safe')
  assert.equal(hints({}, { ...fields, safety_identifier: 7 }).customer, 'user')
  assert.equal(hints({}, { metadata: fields.metadata }).customer, 'meta')
  assert.equal(hints({}, { metadata: { customer: ' ', user_id: 'id' } }).customer, 'id')
  for (const metadata of [null, [], 'x', 7]) assert.equal(hints({}, { metadata }).customer, '')
})

test('labels are bounded, trimmed and well-formed, and so is their number', () => {
  assert.equal(hints({ 'x-sidelight-customer': `  ${'x'.repeat(5000)}` }).customer.length, 256)
  const cut = hints({}, { user: `${'x'.repeat(255)}\u{1f600}` }).customer
  assert.ok(cut.isWellFormed() && cut.length === 256)
  assert.ok(hints({}, { user: 'a\ud800b' }).customer.isWellFormed())
  const many = Array.from({ length: 100 }, (_, index) => `t${index}=1`).join(',')
  assert.equal(Object.keys(hints({ 'x-sidelight-tags': many }).tags).length, 32)
})

test('UTF-8 in a header is read as such, other bytes as Latin-1', () => {
  const asNodeReadsIt = Buffer.from('Zo\u00eb').toString('latin1')
  assert.equal(hints({ 'x-sidelight-customer': asNodeReadsIt }).customer, 'Zo\u00eb')
  assert.equal(hints({ 'x-sidelight-customer': 'Zo\u00eb' }).customer, 'Zo\u00eb')
})

test('tags named like parts of every object are tags', () => {
  const { tags } = hints({ 'x-sidelight-tags': '__proto__=1,constructor=2' })
  assert.deepEqual(Object.entries(tags), [
    ['__proto__', '1'],
    ['constructor', '2'],
  ])
})
