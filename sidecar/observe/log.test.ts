import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLog, type LogFields, type LogLevel } from './log.ts'

function logInto(format: 'json' | 'text', level: LogLevel = 'debug') {
  const lines: string[] = []
  const nowMs = () => Date.UTC(2026, 0, 2, 3, 4, 5, 678)
  return { lines, log: createLog({ level, format, write: (line) => lines.push(line), nowMs }) }
}

const one = (lines: readonly string[]) => {
  assert.equal(lines.length, 1)
  return lines[0]!
}

test('a json line holds time, level, message and the fields', () => {
  const { lines, log } = logInto('json')
  log.info('listening', { address: '127.0.0.1:4100', workers: 2, tls: false, region: undefined })
  assert.deepEqual(JSON.parse(one(lines)), {
    time: '2026-01-02T03:04:05.678Z',
    level: 'info',
    message: 'listening',
    address: '127.0.0.1:4100',
    workers: 2,
    tls: false,
  })
})

test('a text line is short, and quotes what would not read back', () => {
  const { lines, log } = logInto('text')
  log.warn('refused', { reason: 'no such "file"', empty: '', plain: 'a/b', count: 3 })
  assert.equal(
    one(lines),
    '03:04:05.678 warn  refused reason="no such \\"file\\"" empty="" plain=a/b count=3\n',
  )
})

test('levels below the configured one are silent, and silent is silent', () => {
  const warning = logInto('json', 'warn')
  warning.log.debug('a')
  warning.log.info('b')
  warning.log.warn('c')
  warning.log.error('d')
  assert.equal(warning.lines.length, 2)
  const silent = logInto('json', 'silent')
  silent.log.error('e')
  assert.equal(silent.lines.length, 0)
})

const nasty = 'a\nb\r\nc\u0000\u001b[31m\u007f\u0085\u2028\u2029\u202e\u2066d'

for (const format of ['json', 'text'] as const) {
  test(`whatever a ${format} event holds, it is one line without control characters`, () => {
    const { lines, log } = logInto(format)
    log.error(`message ${nasty}`, { stack: nasty, [`key${nasty}`]: 1 })
    const line = one(lines)
    assert.match(line, /^\P{Cc}+\n$/u)
    assert.doesNotMatch(line, /[\u2028-\u202e\u2066-\u2069]/)
  })
}

test('a json line gives back the text it was given', () => {
  const { lines, log } = logInto('json')
  log.error('broken', { stack: nasty })
  assert.equal(JSON.parse(one(lines)).stack, nasty)
})

test('a field cannot pass itself off as the level or the message', () => {
  const { lines, log } = logInto('json')
  log.debug('real', { level: 'error', message: 'forged', time: 0 })
  const line = JSON.parse(one(lines))
  assert.equal(line.level, 'debug')
  assert.equal(line.message, 'real')
  assert.equal(line.message_, 'forged')
})

test('an object that was cast into a field shows its type and nothing of what it holds', () => {
  for (const format of ['json', 'text'] as const) {
    const { lines, log } = logInto(format)
    const body = { messages: [{ content: 'a secret prompt' }] }
    log.error('failed', { body, error: new Error('a secret prompt'), list: ['a secret prompt'] } as never)
    assert.doesNotMatch(one(lines), /secret/)
    assert.match(one(lines), /\(object\)/)
  }
})

test('long text is cut, with its length', () => {
  const { lines, log } = logInto('json')
  log.error('x'.repeat(5000), { stack: 'y'.repeat(5000) })
  assert.ok(one(lines).length < 4300)
  assert.match(JSON.parse(one(lines)).stack, /\(5000 characters\)$/)
})

test('what looks like a key or a password does not get out', () => {
  const cases: Record<string, RegExp> = {
    'key sk-proj-abcdefghijklmnop123 refused': /abcdefghijklmnop/,
    'key sk-ant-api03-abcdefghijklmnop': /abcdefghijklmnop/,
    'Authorization: Bearer abcdef': /abcdef/,
    AIzaSyA1234567890abcdefghijklmnop: /1234567890/,
    'https://user:hunter2@clickhouse:8443/x': /hunter2/,
    'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln': /eyJzdWIi/,
  }
  for (const [text, secret] of Object.entries(cases)) {
    const { lines, log } = logInto('json')
    log.warn(text, { text } satisfies LogFields)
    assert.doesNotMatch(one(lines), secret, text)
    assert.match(one(lines), /\[hidden\]/)
  }
})

test('ordinary text and addresses stay as they are', () => {
  const { lines, log } = logInto('json')
  const text = 'task-based desk-lamps at https://clickhouse:8443/?user=x a@b.c'
  log.warn(text)
  assert.equal(JSON.parse(one(lines)).message, text)
})
