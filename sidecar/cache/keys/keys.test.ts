import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../../contract/json.ts'
import { keysOf, type Partition } from './canonical.ts'
import { noControl, readControl } from './control.ts'
import { splitRequest } from './request-text.ts'

const partition: Partition = {
  scope: 'customer',
  owner: 'app',
  customer: 'c1',
  route: 'r',
  candidate: 'a/m',
  dialect: 'chat',
  operation: 'generate',
  rules: '',
  policy: '',
}

const body: JsonObject = {
  model: 'r',
  stream: true,
  temperature: 0,
  messages: [
    { role: 'system', content: 'be brief' },
    { role: 'user', content: 'What is DNS?' },
  ],
}

function keys(changed: JsonObject, of: Partial<Partition> = {}) {
  const { rest, text } = splitRequest({ ...body, ...changed })
  return keysOf({ ...partition, ...of }, rest, text)
}

test('neither the order of fields nor stream, user or metadata change the key', () => {
  const turned = Object.fromEntries(Object.entries(body).reverse())
  assert.deepEqual(keys(turned), keys({}))
  assert.deepEqual(
    keys({ stream: false, user: 'u', metadata: { a: 'b' }, stream_options: { include_usage: true } }),
    keys({}),
  )
  assert.deepEqual(keys({ temperature: 0.0 }), keys({}))
})

test('the last text changes the exact key alone', () => {
  const other = keys({
    messages: [
      { role: 'system', content: 'be brief' },
      { role: 'user', content: 'What is TCP?' },
    ],
  })
  assert.equal(other.compat, keys({}).compat)
  assert.notEqual(other.exact, keys({}).exact)
})

const changes: readonly JsonObject[] = [
  {
    messages: [
      { role: 'system', content: 'be long' },
      { role: 'user', content: 'What is DNS?' },
    ],
  },
  { messages: [{ role: 'user', content: 'What is DNS?' }] },
  {
    messages: [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Hi!' },
      { role: 'user', content: 'What is DNS?' },
    ],
  },
  { tools: [{ type: 'function', function: { name: 'f' } }] },
  { tool_choice: 'none' },
  { response_format: { type: 'json_object' } },
  { temperature: 0.1 },
  { top_p: 0.5 },
  { max_tokens: 10 },
  { stop: ['x'] },
  { seed: 1 },
  { n: 2 },
  { reasoning_effort: 'low' },
  { modalities: ['text', 'audio'] },
]

for (const change of changes) {
  test(`another ${Object.keys(change)} is another scope: ${JSON.stringify(change).slice(0, 40)}`, () => {
    assert.notEqual(keys(change).compat, keys({}).compat)
  })
}

test('every part of the partition parts', () => {
  for (const name of Object.keys(partition) as (keyof Partition)[]) {
    assert.notEqual(keys({}, { [name]: 'other' }).compat, keys({}).compat, name)
    assert.notEqual(keys({}, { [name]: 'other' }).exact, keys({}).exact, name)
  }
  // Parts cannot run into each other.
  assert.notEqual(
    keys({}, { owner: 'a","b', customer: 'c' }).compat,
    keys({}, { owner: 'a', customer: 'b","c' }).compat,
  )
})

test('the last text is found in every dialect', () => {
  const bodies: readonly JsonObject[] = [
    { messages: [{ role: 'user', content: 'q' }] },
    { messages: [{ role: 'user', content: [{ type: 'text', text: 'q' }] }] },
    { input: 'q' },
    { input: [{ role: 'user', content: [{ type: 'input_text', text: 'q' }] }] },
    { contents: [{ role: 'user', parts: [{ text: 'q' }] }] },
    { prompt: 'q' },
  ]
  for (const one of bodies) assert.equal(splitRequest(one).text, 'q', JSON.stringify(one))
})

test('what does not end in one text of a user has no text to compare', () => {
  const picture = { type: 'image_url', image_url: { url: 'data:' } }
  const withPicture = splitRequest({
    messages: [{ role: 'user', content: [{ type: 'text', text: 'q' }, picture] }],
  })
  assert.deepEqual([withPicture.text, withPicture.hasMedia], ['', true])
  const result = splitRequest({
    messages: [
      { role: 'user', content: 'q' },
      { role: 'tool', tool_call_id: 'x', content: '5' },
    ],
  })
  assert.deepEqual([result.text, result.hasToolResults], ['', true])
  assert.equal(splitRequest({ input: ['a', 'b'] }).text, '')
})

test('a caller can only tighten', () => {
  assert.deepEqual(readControl('', ''), noControl)
  assert.deepEqual(readControl('bypass', ''), { ...noControl, read: false, write: false })
  assert.deepEqual(readControl('', 'no-store'), { ...noControl, read: false, write: false })
  assert.deepEqual(readControl('refresh', ''), { ...noControl, read: false })
  assert.deepEqual(readControl('', 'no-cache'), { ...noControl, read: false })
  assert.deepEqual(readControl('only', ''), { ...noControl, only: true })
  assert.deepEqual(readControl('', 'only-if-cached, max-age=30'), { ...noControl, only: true, ageMaxS: 30 })
})
