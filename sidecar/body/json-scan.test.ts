import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../../testing/random.ts'
import { mutated, randomDocument } from '../../testing/random-json.ts'
import { scanJson } from './json-scan.ts'

const scan = (text: string, depthMax = 256) => scanJson(Buffer.from(text), { depthMax })
const problemOf = (text: string, depthMax = 256) => {
  const result = scan(text, depthMax)
  return 'problem' in result ? result.problem : undefined
}

function parses(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}

test('top-level members come with their decoded names and exact ranges', () => {
  const text = ' { "model" : "gpt" ,"a\\u0062":[1, {"x":2}],"model":null}\n'
  const layout = scan(text)
  assert.ok('keys' in layout)
  const bytes = Buffer.from(text)
  assert.deepEqual(
    layout.keys.map((member) => [
      member.name,
      bytes.toString('utf8', member.keyStart, member.keyEnd),
      bytes.toString('utf8', member.valueStart, member.valueEnd),
    ]),
    [
      ['model', '"model"', '"gpt"'],
      ['ab', '"a\\u0062"', '[1, {"x":2}]'],
      ['model', '"model"', 'null'],
    ],
  )
})

test('numbers, literals, escapes and structure follow the grammar to the letter', () => {
  const values = [
    ...[
      '0',
      '-0',
      '01',
      '-',
      '1.',
      '.5',
      '1.5e',
      '1e+5',
      '1E-05',
      '+1',
      '1.2.3',
      '0x1',
      '-1e9',
      'NaN',
      '1_0',
    ],
    ...['true', 'tru', 'truex', 'null', 'nul', 'false', 'True', '[]', '[,]', '[1,]', '[1 2]', '{}', '{,}'],
    ...['"\\n"', '"\\x"', '"\\u12g4"', '"\\uD800"', '"\\u12', '"', '"\\', '"\t"', '"\u007f"', '"\u2028"'],
    ...['{"b":1,}', '{"b"}', '{b:1}', '{"b":}', "{'b':1}", '[}', '{]', '[[]]', '[1]]', '{"b":1 "c":2}', ''],
    ...['\u00a01', '\v1', '\r\n\t 1 ', '1 /* x */', '\uFEFF1'],
  ]
  for (const value of values) {
    const text = `{"a":${value}}`
    assert.equal(problemOf(text) === undefined, parses(text), text)
  }
})

test('random documents and damaged ones are accepted exactly when JSON.parse accepts them', () => {
  const accepted = { sound: 0, damaged: 0 }
  for (let seed = 1; seed <= 3000; seed += 1) {
    const random = seededRandom(seed)
    const text = randomDocument(random)
    assert.equal(problemOf(text), undefined, `seed ${seed}`)
    accepted.sound += 1
    const broken = mutated(random, text)
    assert.equal(problemOf(broken) === undefined, parses(broken), `seed ${seed}`)
    if (parses(broken)) accepted.damaged += 1
  }
  // Both outcomes must be common, or the comparison above says little.
  assert.ok(accepted.damaged > 200 && accepted.damaged < 2800, String(accepted.damaged))
})

test('strings of every length end where JSON.parse ends them', () => {
  for (let length = 0; length < 40; length += 1) {
    for (const special of ['\\"', '\\\\', '\u001f', '"', '€']) {
      for (let at = 0; at <= length; at += 1) {
        const text = `{"a":"${'~'.repeat(at)}${special}${'!'.repeat(length - at)}"}`
        assert.equal(problemOf(text) === undefined, parses(text), JSON.stringify(text))
      }
    }
  }
})

test('escapes and quotes are found far inside long strings', () => {
  for (const length of [1000, 1017, 1024, 1030, 5000, 20_000]) {
    const body = `${'x'.repeat(length)}\\"${'y'.repeat(2000)}\\\\`
    assert.equal(problemOf(`{"a":"${body}"}`), undefined)
    assert.equal(problemOf(`{"a":"${body}\\"}`), 'invalid_json')
    assert.equal(problemOf(`{"a":"${body}\\q"}`), 'invalid_json')
    assert.equal(problemOf(`{"a":"${body}`), 'invalid_json')
  }
})

test('strings above 16 kB are listed with the range between their quotes, at any depth', () => {
  const image = 'A'.repeat(20_000)
  const text = `{"a":[{"b":"${image}"},"${'b'.repeat(16_000)}"],"c":"${image}"}`
  const layout = scan(text)
  assert.ok('keys' in layout)
  assert.deepEqual(
    layout.longStrings.map(({ start, end }) => text.slice(start, end)),
    [image, image],
  )
})

test('what is no object is told apart from what is no JSON', () => {
  for (const text of ['[]', ' "a"', '1', '-1', 'true', 'null']) assert.equal(problemOf(text), 'not_an_object')
  for (const text of ['', '  ', 'hello', '{"a":1}x', '\uFEFF{}', '{']) {
    assert.equal(problemOf(text), 'invalid_json')
  }
})

test('a problem comes with the byte it was found at', () => {
  assert.deepEqual(scan('{"a":1,}'), { problem: 'invalid_json', position: 7 })
  assert.deepEqual(scan('{"é":x}'), { problem: 'invalid_json', position: 6 })
  assert.deepEqual(scan('{"a":"b'), { problem: 'invalid_json', position: 7 })
})

test('nesting is bounded and costs no stack', () => {
  const nested = (levels: number) => `{"a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`
  assert.equal(problemOf(nested(256)), undefined)
  assert.deepEqual(scan(nested(257)), { problem: 'nesting_too_deep', position: 260 })
  assert.equal(problemOf('{"a":'.repeat(1_000_000)), 'nesting_too_deep')
  assert.equal(problemOf(nested(500_000), 600_000), undefined)
})

test('the number of top-level members is bounded', () => {
  const many = (count: number) => `{${Array.from({ length: count }, () => '"":0').join(',')}}`
  assert.equal(problemOf(many(4096)), undefined)
  assert.equal(problemOf(many(4097)), 'too_many_keys')
})

test('long strings of base64 are told from text, with or without the head of a data URL', () => {
  const isBase64 = (content: string) => {
    const layout = scan(`{"a":"${content}"}`)
    return 'keys' in layout && layout.longStrings[0]?.isBase64
  }
  const base64 = Buffer.alloc(20_001, 'sidelight?>').toString('base64')
  assert.equal(isBase64(base64), true)
  assert.equal(isBase64(`data:image/png;base64,${base64}`), true)
  assert.equal(isBase64(Buffer.from(base64, 'base64').toString('base64url')), true)
  assert.equal(isBase64('plain words '.repeat(2000)), false)
  assert.equal(isBase64('0123456789abcdef\\n'.repeat(2000)), false)
})
