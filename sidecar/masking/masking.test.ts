import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Issued, PlaceholderMap } from './placeholders.ts'
import { actionFor, maskPolicy } from './policy.ts'
import { OverBudget, RequestMasker } from './request-masker.ts'
import { TextRestorer } from './restore/restorer.ts'
import { strictest } from './strictest.ts'
import { PlaceholderVault } from './vault.ts'
import { leavesOf } from './walk/leaves.ts'
import { requestShapes } from './walk/requests.ts'

const key = Buffer.alloc(32, 1)
const emails = {
  scan: (text: string) =>
    [...text.matchAll(/[\w.]+@[\w.]+\w/g)].map(({ 0: value, index }) => ({
      start: index,
      end: index + value.length,
      type: 'EMAIL',
      score: 1,
    })),
}
const materials = { scanner: emails, recognizers: [], version: 'v', key }
const policy = maskPolicy({}, materials)

function masked(body: object, used = policy, dialect: keyof typeof requestShapes = 'chat') {
  const masker = new RequestMasker(JSON.stringify(body), requestShapes[dialect], { policy: used, scope: 's' })
  masker.scan(Number.POSITIVE_INFINITY)
  return masker.finish()
}

test('a history that grows is masked the same way, instructions and tools first, wherever they stand', () => {
  const turn = (content: string) => ({ role: 'user', content })
  const tools = [{ type: 'function', function: { name: 'f', description: 'as tool@x.io does' } }]
  const first = masked({ messages: [turn('a@x.io')], tools })
  const second = masked({ messages: [turn('a@x.io'), turn('b@x.io'), turn('a@x.io')], tools })
  const textsOf = (json = '') => {
    const { messages, tools: written } = JSON.parse(json)
    return [written[0].function.description, ...messages.map(({ content }: { content: string }) => content)]
  }
  assert.deepEqual(textsOf(first.json), ['as [EMAIL_1] does', '[EMAIL_2]'])
  assert.deepEqual(textsOf(second.json), ['as [EMAIL_1] does', '[EMAIL_2]', '[EMAIL_3]', '[EMAIL_2]'])
})

test('a value that gave itself away once is masked where nothing else would give it away', () => {
  const onlyNamed = {
    scan: (text: string) => {
      const match = /(?<=number: )\d+/.exec(text)
      return match === null
        ? []
        : [{ start: match.index, end: match.index + match[0].length, type: 'BANK_ACCOUNT', score: 1 }]
    },
  }
  const used = maskPolicy({}, { ...materials, scanner: onlyNamed })
  const { json } = masked(
    { messages: [{ content: '12345678 is it' }, { content: 'number: 12345678, and 123456789' }] },
    used,
  )
  assert.deepEqual(JSON.parse(json ?? '').messages, [
    { content: '[BANK_ACCOUNT_1] is it' },
    { content: 'number: [BANK_ACCOUNT_1], and 123456789' },
  ])
})

test('only strings that change are written anew; of duplicate keys both are looked at', () => {
  const json =
    '{ "messages": [ {"content": "a@x.io", "content": "\\u0062@x.io"} ] ,"n":1.50, "big":12345678901234567890}'
  const masker = new RequestMasker(json, requestShapes.chat, { policy, scope: 's' })
  masker.scan(Number.POSITIVE_INFINITY)
  assert.equal(
    masker.finish().json,
    '{ "messages": [ {"content": "[EMAIL_1]", "content": "[EMAIL_2]"} ] ,"n":1.50, "big":12345678901234567890}',
  )
})

test('arguments that are no JSON are masked as text, keys and long numbers of JSON with the rest', () => {
  const call = (args: string) => ({ function: { name: 'f', arguments: args } })
  const { json } = masked({
    messages: [
      {
        role: 'assistant',
        tool_calls: [call('{"to": "a@x.io", '), call('{"b@x.io": [{"c": "{\\"d\\":\\"a@x.io\\"}"}]}')],
      },
    ],
  })
  const [broken, nested] = JSON.parse(json ?? '').messages[0].tool_calls
  assert.equal(broken.function.arguments, '{"to": "[EMAIL_1]", ')
  assert.equal(nested.function.arguments, '{"[EMAIL_2]": [{"c": "{\\"d\\":\\"[EMAIL_1]\\"}"}]}')
})

test('thinking, ids and signatures stay as they are in every dialect', () => {
  const blocks = [
    { type: 'thinking', thinking: 'a@x.io [EMAIL_1]', signature: 'a@x.io' },
    { type: 'redacted_thinking', data: 'a@x.io' },
    { type: 'tool_use', id: 'a@x.io', name: 'a@x.io', input: {} },
  ]
  assert.equal(
    masked({ messages: [{ role: 'assistant', content: blocks }] }, policy, 'messages').json,
    undefined,
  )
  const parts = [{ text: 'a@x.io', thought: true }, { functionCall: { name: 'a@x.io', args: {} } }]
  assert.equal(masked({ contents: [{ parts }] }, policy, 'gemini').json, undefined)
})

test('fields that nobody has heard of are looked at', () => {
  const { json } = masked({
    messages: [{ role: 'user', content: [{ type: 'new', words: { inner: 'a@x.io' } }] }],
  })
  assert.match(json ?? '', /"inner":"\[EMAIL_1\]"/)
})

test('a map of ten thousand values of one type is too much, and nothing is written', () => {
  const content = Array.from({ length: 10_000 }, (_, index) => `u${index}@x.io`).join(' ')
  const used = maskPolicy({ budget: { time: 60_000 } }, materials)
  assert.throws(() => masked({ messages: [{ content }] }, used))
  assert.throws(
    () => masked({ messages: [{ content }] }, maskPolicy({ budget: { bytes: 100 } }, materials)),
    OverBudget,
  )
})

test('nothing but the beginning of a placeholder that was issued is held back', () => {
  const map = new PlaceholderMap()
  map.issue('EMAIL', 'a@x.io', true)
  map.issue('ABA_ROUTING_NUMBER', '1', true)
  const held = (text: string) => {
    const restorer = new TextRestorer(map, { unknown: 0 })
    restorer.push(text)
    return restorer.held
  }
  for (const text of [
    'arr[',
    'x[E',
    '[em',
    '[EMAIL_',
    '[EMAIL_1',
    '[EMAIL_1 ',
    '\\[EMAIL\\_',
    '[ABA ROUTING-NUMBER_12',
  ])
    assert.equal(held(text), text.slice(text.search(/\\?\[/)), text)
  for (const text of ['arr[0', '[x', '[EMAILS', '[EMAIL_x', '[EMAIL_12345', '[1', '[EMAIL_1]', 'x', '[ ['])
    assert.ok(held(text).length <= 1, text)
  assert.equal(held(`${'x'.repeat(100)}\\`), '\\')
})

test('of several policies the strictest holds, and only what all give back is given back', () => {
  const a = maskPolicy({ default: 'mask', EMAIL: 'log', reversible: ['SECRET'], onError: 'allow' }, materials)
  const b = maskPolicy(
    { default: 'log', SECRET: 'block', unscanned: 'block', budget: { time: 5 } },
    materials,
  )
  const both = strictest([a, b])
  assert.ok(both !== undefined)
  assert.deepEqual(
    ['EMAIL', 'SECRET', 'PHONE'].map((type) => actionFor(both.input, type)),
    ['log', 'block', 'mask'],
  )
  assert.deepEqual([both.onError, both.unscanned, both.budget.timeMs], ['block', 'block', 5])
  assert.equal(both.reversible.size, 0)
  assert.equal(strictest([]), undefined)
})

test('the vault knows a conversation for its owner and a day, and forgets the oldest', () => {
  let nowMs = 0
  const issued: Issued[] = [{ type: 'EMAIL', index: '1', value: 'a@x.io', isReversible: true }]
  const vault = new PlaceholderVault({ nowMs: () => nowMs, entriesMax: 3 })
  vault.keep('me', 'r1', issued)
  assert.deepEqual(vault.recall('me', 'r1'), issued)
  assert.deepEqual(vault.recall('you', 'r1'), [])
  assert.deepEqual(vault.recall('me', undefined), [])
  nowMs = 86_400_000
  assert.deepEqual(vault.recall('me', 'r1'), [])
  for (const id of ['a', 'b', 'c', 'd']) vault.keep('me', id, issued)
  assert.equal(vault.size, 3)
  assert.deepEqual(vault.recall('me', 'a'), [])
  assert.deepEqual(vault.recall('me', 'd'), issued)
})

test('leaves of a JSON text are where they stand, however it is written', () => {
  const json = '{"a" : [ "x\\"y" ,\n"\\u00e9\\\\" ], "b":{"c":""} , "d": true,"e":-12345678 }'
  const { leaves } = leavesOf(json, { leaf: 'data', hasDataKeys: true })
  assert.deepEqual(
    leaves.map(({ kind, text, key: under }) => `${kind} ${under} ${text}`),
    [
      'key  a',
      'string a x"y',
      'string a é\\',
      'key  b',
      'key  c',
      'string c ',
      'key  d',
      'key  e',
      'number e -12345678',
    ],
  )
  for (const { start, end, text, kind } of leaves)
    assert.equal(kind === 'number' ? json.slice(start, end) : JSON.parse(json.slice(start, end)), text)
})
