import assert from 'node:assert/strict'
import { test } from 'node:test'
import { promptFingerprint, type ScannedBody } from './fingerprint.ts'

/** Scans the easy way: a contract test may not use the sidecar's scanner. Values are `[key, JSON text]`. */
function body(...members: readonly (readonly [string, string])[]): ScannedBody {
  let text = '{'
  const ranges = members.map(([key, json], index) => {
    if (index > 0) text += ','
    const keyStart = text.length
    text += JSON.stringify(key)
    const keyEnd = text.length
    text += `:${json}`
    return { name: key, keyStart, keyEnd, valueStart: keyEnd + 1, valueEnd: text.length }
  })
  text += '}'
  const longStrings = Array.from(text.matchAll(/"([^"]{16385,})"/g), (match) => {
    const start = match.index + 1
    return { start, end: start + (match[1] ?? '').length }
  })
  return { bytes: Buffer.from(text), keys: ranges, longStrings }
}

const messages = ['messages', '[{"role":"user","content":"hi"}]'] as const
const image = (at: number, size = 100_000) => {
  const letters = Buffer.alloc(size, 'A')
  if (at >= 0) letters[at] = 0x42
  return body(['messages', `[{"text":"x","image":"${letters.toString()}","text":"y"}]`])
}

test('version 2 is frozen: this fingerprint only changes together with fingerprintVersion', () => {
  const fingerprint = promptFingerprint(body(['model', '"a"'], messages, ['system', '"be brief"']))
  assert.equal(fingerprint, '255f0b237d60d04242f0160c9b856ae5')
  assert.equal(promptFingerprint(image(-1)), '3c671948103f2ec4d02bfb01e1e8e0be')
})

test('the order of fields, the model and sampling do not matter', () => {
  const one = promptFingerprint(body(['model', '"a"'], messages, ['tools', '[]']))
  const other = promptFingerprint(body(['tools', '[]'], ['temperature', '1'], messages, ['model', '"b"']))
  assert.equal(one, other)
  assert.match(one, /^[0-9a-f]{32}$/)
})

test('every prompt field matters, under its own name', () => {
  const keys = ['messages', 'system', 'input', 'instructions', 'contents', 'systemInstruction']
  keys.push('system_instruction', 'prompt', 'tools', 'query', 'documents')
  const found = keys.flatMap((key) => ['"a"', '"b"'].map((json) => promptFingerprint(body([key, json]))))
  assert.equal(new Set(found).size, 22)
})

test('text cannot move from one field to the next unnoticed', () => {
  const one = promptFingerprint(body(['prompt', '1234'], ['query', '5']))
  const other = promptFingerprint(body(['prompt', '123'], ['query', '45']))
  assert.notEqual(one, other)
})

test('of duplicate fields the last counts', () => {
  assert.equal(
    promptFingerprint(body(['prompt', '1'], ['prompt', '2'])),
    promptFingerprint(body(['prompt', '2'])),
  )
})

test('a body without a prompt has no fingerprint', () => {
  assert.equal(promptFingerprint(body(['model', '"a"'])), '')
})

test('a long string is known by its length, its ends and samples between them', () => {
  const plain = promptFingerprint(image(-1))
  for (const at of [0, 4095, 4096, 4351, 100_000 - 4097, 100_000 - 4096, 99_999]) {
    assert.notEqual(promptFingerprint(image(at)), plain, `byte ${at}`)
  }
  assert.equal(promptFingerprint(image(5000)), plain)
  assert.notEqual(promptFingerprint(image(-1, 100_001)), plain)
})

test('text around a long string counts whole', () => {
  const with16k = (tail: string) => body(['messages', `["${'A'.repeat(20_000)}","${tail}"]`])
  assert.notEqual(promptFingerprint(with16k('x')), promptFingerprint(with16k('y')))
})

test('a long field is known by its length, its ends and samples between them', () => {
  const chat = (at: number, count = 300) => {
    const turns = Array.from({ length: count }, (_, turn) => `"${(turn === at ? 'B' : 'A').repeat(1000)}"`)
    return body(['messages', `[${turns.join(',')}]`])
  }
  const plain = promptFingerprint(chat(-1))
  for (const at of [0, 7, 15, 290, 299]) assert.notEqual(promptFingerprint(chat(at)), plain, `turn ${at}`)
  assert.notEqual(promptFingerprint(chat(-1, 301)), plain)
})

test('text between two images counts whole', () => {
  const image = 'A'.repeat(200_000)
  const asked = (text: string) => body(['messages', `["${image}","${text}","${image}"]`])
  assert.notEqual(promptFingerprint(asked('x')), promptFingerprint(asked('y')))
})
