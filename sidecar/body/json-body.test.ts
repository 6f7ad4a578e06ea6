import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GatewayError } from '../../contract/errors.ts'
import type { Json } from '../../contract/json.ts'
import { type Random, seededRandom } from '../../testing/random.ts'
import { randomDocument } from '../../testing/random-json.ts'
import type { BodyEdit } from '../providers/provider.ts'
import { JsonBody } from './json-body.ts'

const read = (text: string) => JsonBody.read(Buffer.from(text))
const edited = (text: string, ...edits: BodyEdit[]) => read(text).edit(edits).toString()

function refusal(bytes: Buffer): GatewayError {
  try {
    JsonBody.read(bytes)
  } catch (error) {
    assert.ok(error instanceof GatewayError)
    return error
  }
  throw new Error('the body was accepted')
}

test('fields are read one by one; the last of duplicates counts', () => {
  const body = read('{"model":"a","stream":true,"n":1,"model":"b","none":null,"list":[1,{"x":2}]}')
  assert.equal(body.string('model'), 'b')
  assert.equal(body.boolean('stream'), true)
  assert.equal(body.get('none'), null)
  assert.deepEqual(body.get('list'), [1, { x: 2 }])
  assert.equal(body.get('list'), body.get('list'))
  assert.equal(body.slice('list')?.toString(), '[1,{"x":2}]')
  assert.equal(body.parse(), body.parse())
  assert.deepEqual(body.parse()['list'], body.get('list'))
})

test('an absent field or one of another type reads as undefined', () => {
  const body = read('{"model":5,"stream":"true","n":null}')
  assert.equal(body.string('model'), undefined)
  assert.equal(body.boolean('stream'), undefined)
  assert.equal(body.boolean('n'), undefined)
  assert.equal(body.get('toString'), undefined)
  assert.equal(body.slice('x'), undefined)
  body.parse()
  assert.equal(body.get('toString'), undefined)
  assert.ok(body.has('n') && !body.has('x'))
})

test('each kind of bad body has its own error, with a position and without content', () => {
  assert.equal(refusal(Buffer.from([0x7b, 0xff, 0x7d])).code, 'invalid_utf8')
  assert.equal(refusal(Buffer.from('[1]')).code, 'invalid_body')
  assert.equal(refusal(Buffer.from('{"a":'.repeat(300))).code, 'nesting_too_deep')
  const error = refusal(Buffer.from('{"secret":hunter2}'))
  assert.equal(error.code, 'invalid_json')
  assert.match(error.message, /byte 10/)
  assert.doesNotMatch(error.message, /secret|hunter/)
  assert.match(refusal(Buffer.from('{"a":1')).message, /ends early, after 6 bytes/)
  assert.match(refusal(Buffer.alloc(0)).message, /empty/)
})

test('a control character the scan skips is refused as invalid JSON when the field is read', () => {
  const body = read(`{"a":"${'x'.repeat(3000)}\u0001${'x'.repeat(3000)}"}`)
  const isInvalidJson = (error: unknown) => error instanceof GatewayError && error.code === 'invalid_json'
  assert.throws(() => body.get('a'), isInvalidJson)
  assert.throws(() => body.parse(), isInvalidJson)
})

test('edits change the named members and not a byte else', () => {
  const text = '{ "model" : "a",\n  "seed": 12345678901234567890, "model":"b" }\n'
  assert.equal(
    edited(text, { set: 'model', json: '"c"' }),
    '{ "model" : "c",\n  "seed": 12345678901234567890, "model":"c" }\n',
  )
  assert.equal(edited(text, { remove: 'model' }), '{ "seed": 12345678901234567890 }\n')
  assert.equal(
    edited(text, { rename: 'seed', to: 's"x' }),
    '{ "model" : "a",\n  "s\\"x": 12345678901234567890, "model":"b" }\n',
  )
  assert.equal(
    edited('{"a":1}', { set: 'b', json: '{"x":[]}' }, { set: 'c', json: '"é"' }),
    '{"a":1,"b":{"x":[]},"c":"é"}',
  )
  assert.equal(edited('{ }', { set: 'b', json: '1' }), '{"b":1 }')
  assert.equal(edited(' {"a":1 } ', { remove: 'a' }, { set: 'b', json: '1' }), ' {"b":1 } ')
})

test('edits build on each other, and a rename replaces a member of the new name', () => {
  assert.equal(edited('{"a":1,"b":2}', { set: 'a', json: '3' }, { rename: 'a', to: 'b' }), '{"b":3}')
  assert.equal(edited('{"a":1}', { set: 'b', json: '3' }, { rename: 'b', to: 'c' }), '{"a":1,"c":3}')
  assert.equal(edited('{"a":1}', { set: 'b', json: '3' }, { remove: 'b' }), '{"a":1}')
  assert.equal(edited('{"a":1}', { rename: 'x', to: 'a' }), '{"a":1}')
})

test('edits that change nothing return the very same Buffer', () => {
  const body = read('{"model":"a", "n":1}')
  const edits: BodyEdit[] = [{ remove: 'x' }, { rename: 'y', to: 'n' }, { set: 'model', json: '"a"' }]
  assert.equal(body.edit([]), body.bytes)
  assert.equal(body.edit(edits), body.bytes)
})

const names = ['model', 'messages', 'a', '', 'é', 'a"b', 'new', '__proto__']

function randomEdit(random: Random): BodyEdit {
  const kind = random.int(3)
  const json = random.pick(['1', '"é\\n"', '{"k":[1, 2]}', 'null'])
  if (kind === 0) return { set: random.pick(names), json }
  return kind === 1 ? { remove: random.pick(names) } : { rename: random.pick(names), to: random.pick(names) }
}

/** What an edit means, on the list of members as pairs of name and value text. */
function expected(members: [string, string][], edit: BodyEdit): [string, string][] {
  if ('remove' in edit) return members.filter(([key]) => key !== edit.remove)
  if ('set' in edit) {
    if (!members.some(([key]) => key === edit.set)) return [...members, [edit.set, edit.json]]
    return members.map(([key, json]) => [key, key === edit.set ? edit.json : json])
  }
  if (edit.rename === edit.to || !members.some(([key]) => key === edit.rename)) return members
  return members
    .filter(([key]) => key !== edit.to)
    .map(([key, json]) => [key === edit.rename ? edit.to : key, json])
}

function pairs(body: JsonBody): [string, string][] {
  return body.keys.map((member) => [
    member.name,
    body.bytes.toString('utf8', member.valueStart, member.valueEnd),
  ])
}

test('random edits of random documents give the expected members, values byte for byte', () => {
  for (let seed = 1; seed <= 2000; seed += 1) {
    const random = seededRandom(seed)
    const body = read(randomDocument(random))
    const edits = Array.from({ length: random.int(4) }, () => randomEdit(random))
    const result = JsonBody.read(body.edit(edits))
    const wanted = edits.reduce(expected, pairs(body))
    assert.deepEqual(pairs(result), wanted, `seed ${seed}`)
    const values = new Map(wanted.map(([key, json]) => [key, JSON.parse(json) as Json]))
    for (const [key, value] of values) assert.deepEqual(result.get(key), value, `seed ${seed}`)
    assert.deepEqual(new Map(Object.entries(result.parse())), values, `seed ${seed}`)
  }
})
