import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { policyKeys, testPolicy } from '../../testing/policies.ts'
import { seededRandom } from '../../testing/random.ts'
import { canonicalJson } from './canonical.ts'
import { type Circumstances, fitnessOf } from './fitness.ts'
import { privateKeyFrom, publicKeyFrom, signId } from './keys.ts'
import { makePolicy } from './make.ts'
import { isRefusal, policyBytesMax, policyId, readPolicy } from './read.ts'

type Fields = Record<string, unknown>

const fieldsOf = (text = testPolicy().text): Fields => JSON.parse(text)

/** With the id that belongs to it, so that it is refused for what is wrong with it and nothing else. */
function named(fields: Fields): string {
  const { id: _id, signature: _signature, ...content } = fields
  const id = createHash('sha256').update(canonicalJson(content)).digest('hex')
  return JSON.stringify({ ...fields, id })
}

const reasonOf = (text: string, key?: Parameters<typeof readPolicy>[1]) => {
  const read = readPolicy(text, key)
  return isRefusal(read) ? read.reason : 'sound'
}

/** The same values, with the keys of every object in another order. */
function shuffled(value: unknown, random: ReturnType<typeof seededRandom>): unknown {
  if (Array.isArray(value)) return value.map((item) => shuffled(item, random))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, member]): [string, unknown] => [
    key,
    shuffled(member, random),
  ])
  return Object.fromEntries(entries.toSorted(() => random.next() - 0.5))
}

test('the canonical form is that of RFC 8785: sorted keys, short numbers, escapes where JSON needs them', () => {
  const value = { b: [1e21, 1e-7, 0.1 + 0.2, -0, 1.0], a: { é: '\u0001"\\\n', '\u{1F600}': null, z: true } }
  assert.equal(
    canonicalJson(value),
    '{"a":{"z":true,"é":"\\u0001\\"\\\\\\n","\u{1F600}":null},"b":[1e+21,1e-7,0.30000000000000004,0,1]}',
  )
})

test('the keys of a document may come in any order: same bytes, same id', () => {
  const random = seededRandom(7)
  const { text, document } = testPolicy({
    segments: { faq: { b: 0.25, a: 0.75 }, __proto__x: { a: 1 }, 'a"b\\c\u2028': { a: 0, b: 1 } },
    merge: { 'faq|v3': 'faq', 'faq|v2': 'faq' },
    evidence: { run_id: 'x', n: 1, quality: 0, lower: 0, cost: 1 },
  })
  for (let round = 0; round < 200; round += 1) {
    const read = readPolicy(JSON.stringify(shuffled(JSON.parse(text), random), undefined, round % 3))
    assert.ok(!isRefusal(read))
    assert.equal(read.text, text)
    assert.equal(read.document.id, document.id)
  }
})

test('the id is the SHA-256 of the canonical document without id and signature', () => {
  const { text, document } = testPolicy()
  const { id, ...content } = fieldsOf(text)
  assert.equal(id, createHash('sha256').update(canonicalJson(content)).digest('hex'))
  assert.equal(policyId(document), id)
})

test('weights are rounded when a policy is made and when it is read, so both name it alike', () => {
  const third = 1 / 3
  const made = testPolicy({
    default: { a: third, b: third, c: third },
    segments: { s: { a: third, b: 2 * third } },
  })
  assert.deepEqual({ ...made.document.default }, { a: 0.333334, b: 0.333333, c: 0.333333 })
  assert.deepEqual({ ...made.document.segments['s'] }, { a: 0.333333, b: 0.666667 })
  const unrounded = { ...fieldsOf(made.text), default: { a: third, b: third, c: third } }
  const read = readPolicy(JSON.stringify(unrounded))
  assert.ok(!isRefusal(read))
  assert.equal(read.text, made.text)
})

test('a first version names no parent, and what is empty need not be written: the id is that of what was written', () => {
  const { parent: _parent, merge: _merge, segments: _segments, ...fields } = fieldsOf()
  for (const own of [fields, { ...fields, parent: null }]) {
    const read = readPolicy(named(own))
    assert.ok(!isRefusal(read))
    assert.deepEqual(
      [read.document.parent, { ...read.document.merge }, { ...read.document.segments }],
      [0, {}, {}],
    )
    const again = readPolicy(read.text)
    assert.ok(!isRefusal(again), 'as it is kept on disk')
    assert.deepEqual(again, read)
  }
})

test('what is no policy is refused with one reason each', () => {
  const fields = fieldsOf()
  const changed = (own: Fields) => named({ ...fields, ...own })
  assert.equal(reasonOf(named(fields)), 'sound')
  const cases: readonly (readonly [string, string])[] = [
    ['', 'invalid'],
    ['{"schema":1', 'invalid'],
    ['null', 'invalid'],
    ['[]', 'invalid'],
    ['{}', 'unknown_schema'],
    [changed({ schema: 2 }), 'unknown_schema'],
    [changed({ schema: '1' }), 'unknown_schema'],
    [changed({ route: '' }), 'invalid'],
    [changed({ route: 'r'.repeat(257) }), 'invalid'],
    [changed({ version: 0 }), 'invalid'],
    [changed({ version: 1.5 }), 'invalid'],
    [changed({ version: 2 ** 32 }), 'invalid'],
    [changed({ version: '3' }), 'invalid'],
    [changed({ parent: 1 }), 'invalid'],
    [changed({ parent: -1 }), 'invalid'],
    [changed({ created_at: 'yesterday' }), 'invalid'],
    [changed({ created_at: '2026-13-41T00:00:00Z' }), 'invalid'],
    [changed({ not_before: 5 }), 'invalid'],
    [changed({ salt_id: '' }), 'invalid'],
    [changed({ segment_by: 'feature' }), 'invalid'],
    [changed({ merge: [] }), 'invalid'],
    [changed({ merge: { a: 1 } }), 'invalid'],
    [changed({ segments: [] }), 'invalid'],
    [changed({ segments: { s: 1 } }), 'invalid'],
    [changed({ default: undefined }), 'invalid'],
    [changed({ default: {} }), 'weights'],
    [changed({ default: { a: 0.5 } }), 'weights'],
    [changed({ default: { a: -1, b: 2 } }), 'weights'],
    [changed({ default: { a: null } }), 'weights'],
    [named(fields).replace('{"a":0.5,"b":0.5}', '{"a":1e999,"b":0.5}'), 'weights'],
    [changed({ segments: { s: { a: 0.9, b: 0.2 } } }), 'weights'],
    [
      changed({
        canary: { fraction: 2, salt: 'c', control: { version: 1, segments: {}, default: { a: 1 } } },
      }),
      'invalid',
    ],
    [
      changed({
        canary: { fraction: 0.1, salt: 'c', control: { version: 1, segments: {}, default: { a: 2 } } },
      }),
      'weights',
    ],
    [changed({ canary: { fraction: 0.1, salt: 'c' } }), 'invalid'],
    [changed({ evidence: { run_id: 'x', n: 'many', quality: 0, lower: 0, cost: 1 } }), 'invalid'],
    [
      changed({
        evidence: { run_id: 'x', n: 1, quality: 0, lower: 0, cost: 1, candidates: { a: { n: 1 } } },
      }),
      'invalid',
    ],
    [JSON.stringify({ ...fields, salt_id: 's2' }), 'id_mismatch'],
    [JSON.stringify({ ...fields, id: '0'.repeat(64) }), 'id_mismatch'],
    [changed({ id: undefined }).replace(/"id":"[0-9a-f]{64}"/, '"id":"x"'), 'invalid'],
    [changed({ more: '['.repeat(10_000) }), 'sound'],
    [`{"schema":1,"a":${'['.repeat(5000)}${']'.repeat(5000)}}`, 'invalid'],
    [JSON.stringify({ ...fields, more: JSON.parse(`${'['.repeat(100)}${']'.repeat(100)}`) }), 'invalid'],
  ]
  for (const [text, reason] of cases) assert.equal(reasonOf(text), reason, text.slice(0, 300))
})

test('a document of more than 4 MiB is refused, one of a thousand segments is not', () => {
  const segments = Object.fromEntries(
    Array.from({ length: 1000 }, (_, index) => [`s"${index}\\`, { a: index / 1000, b: 1 - index / 1000 }]),
  )
  const { text, document } = testPolicy({ segments })
  assert.equal(reasonOf(text), 'sound')
  assert.equal(document.segments['s"250\\']?.['a'], 0.25)
  assert.equal(reasonOf(`${text}${' '.repeat(policyBytesMax)}`), 'too_large')
})

test('names that mean something to JavaScript are names like any other', () => {
  const strange = JSON.parse('{"__proto__": {"__proto__": 0.5, "constructor": 0.5}, "toString": {"a": 1}}')
  const { text } = testPolicy({ segments: strange, default: JSON.parse('{"__proto__": 0.25, "b": 0.75}') })
  const read = readPolicy(text)
  assert.ok(!isRefusal(read))
  const { document } = read
  assert.equal(Object.getOwnPropertyDescriptor(document.default, '__proto__')?.value, 0.25)
  assert.deepEqual(
    Object.keys(Object.getOwnPropertyDescriptor(document.segments, '__proto__')?.value ?? {}),
    ['__proto__', 'constructor'],
  )
  assert.equal(document.segments['constructor'], undefined)
  assert.equal(document.default['hasOwnProperty'], undefined)
  assert.equal(Object.hasOwn(Object.prototype, 'a'), false)
  const candidates = new Set(['__proto__'])
  assert.equal(fitnessOf(document, { nowMs: 0, inForce: undefined, candidates }), undefined)
})

test('fields of a later version stay in the document and in its id', () => {
  const text = named({
    ...fieldsOf(),
    later: { x: 1 },
    evidence: { run_id: 'x', n: 1, quality: 0, lower: 0, cost: 1, e_value: 3 },
  })
  const read = readPolicy(text)
  assert.ok(!isRefusal(read))
  assert.match(read.text, /"e_value":3.*"later":\{"x":1\}/)
})

test('with a key only its own signature counts', () => {
  const [ours, theirs] = [policyKeys(), policyKeys()]
  const signed = testPolicy({}, ours.privateKey)
  assert.equal(reasonOf(signed.text, ours.publicKey), 'sound')
  assert.equal(reasonOf(signed.text), 'sound')
  assert.equal(signed.document.id, testPolicy().document.id)
  assert.equal(reasonOf(testPolicy().text, ours.publicKey), 'signature')
  assert.equal(reasonOf(testPolicy({}, theirs.privateKey).text, ours.publicKey), 'signature')
  const fields = fieldsOf(signed.text)
  const forged = (signature: unknown) => reasonOf(JSON.stringify({ ...fields, signature }), ours.publicKey)
  assert.equal(forged(''), 'signature')
  assert.equal(forged(`${fields['signature']}\n`), 'signature')
  assert.equal(forged(signId('0'.repeat(64), ours.privateKey)), 'signature')
  assert.equal(forged(7), 'invalid')
  // The signature of one document does not carry over to another.
  const other = JSON.stringify({
    ...fieldsOf(testPolicy({ default: { a: 1 } }).text),
    signature: fields['signature'],
  })
  assert.equal(reasonOf(other, ours.publicKey), 'signature')
  // Not one bit of it may differ.
  const bytes = Buffer.from(String(fields['signature']), 'base64')
  for (let bit = 0; bit < bytes.length * 8; bit += 37) {
    const flipped = Buffer.from(bytes)
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    assert.equal(forged(flipped.toString('base64')), 'signature')
  }
})

test('keys are base64 of 32 bytes, or PEM; another kind of key is none', () => {
  const keys = policyKeys()
  const pem = String(keys.publicKey.export({ type: 'spki', format: 'pem' }))
  const { document } = testPolicy()
  for (const text of [keys.publicText, ` ${keys.publicText}\n`, pem]) {
    const key = publicKeyFrom(text)
    assert.ok(key?.equals(keys.publicKey))
  }
  for (const text of [keys.seedText, String(keys.privateKey.export({ type: 'pkcs8', format: 'pem' }))]) {
    const key = privateKeyFrom(text)
    assert.equal(key && signId(document.id, key), signId(document.id, keys.privateKey))
  }
  for (const text of [
    '',
    'x',
    keys.publicText.slice(4),
    `${keys.publicText}AAAA`,
    '-----BEGIN PUBLIC KEY-----\nx',
  ])
    assert.equal(publicKeyFrom(text), undefined)
})

test('what would be refused is never made', () => {
  const { document } = testPolicy()
  assert.throws(() => makePolicy({ ...document, default: { a: 0.5 } }), /sum to 1/)
  assert.throws(() => makePolicy({ ...document, version: 0 }), /`version` is no whole number from 1/)
})

test('a sound policy is refused where it does not fit', () => {
  const here: Circumstances = {
    nowMs: Date.UTC(2026, 11, 1),
    inForce: { version: 4, id: 'x' },
    candidates: new Set(['a']),
  }
  const reason = (own: Parameters<typeof testPolicy>[0], more: Partial<Circumstances> = {}) =>
    fitnessOf(testPolicy(own).document, { ...here, ...more })?.reason
  assert.equal(reason({ version: 5 }), undefined)
  assert.equal(reason({ version: 1 }, { inForce: undefined }), undefined)
  assert.equal(reason({ version: 4 }), 'not_newer')
  assert.equal(reason({ version: 3 }), 'not_newer')
  assert.equal(reason({ version: 5 }, { candidates: undefined }), 'unknown_route')
  assert.equal(reason({ version: 5 }, { candidates: new Set(['c']) }), 'no_candidate')
  assert.equal(reason({ version: 5, default: { a: 0, b: 1 } }), 'no_candidate')
  assert.equal(reason({ version: 5, default: { b: 1 }, segments: { s: { a: 1 } } }), undefined)
  assert.equal(reason({ version: 5, not_before: '2026-12-01T00:00:00.001Z' }), 'not_before')
  assert.equal(reason({ version: 5, not_before: '2026-12-01T00:00:00Z' }), undefined)
  assert.equal(reason({ version: 5, not_before: '2026-12-01T01:00:00+02:00' }), undefined)
})
