import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createScanner } from '../../scan.ts'

/** Put together here, so that no scanner of repositories takes this file for a leak. */
const join = (...parts: readonly string[]) => parts.join('')
const drawn = 'q7Zx2Lw9Kp4Rt8Vb3Nm6Hc1Jd5Fg0SyXu'

const secrets = (text: string) =>
  createScanner({})
    .scan(text)
    .filter(({ type }) => type === 'SECRET')
    .map(({ start, end }) => text.slice(start, end))

test('keys that their issuers mark are found wherever they stand', () => {
  const keys = [
    join('gh', 'p_', drawn, 'aB3'),
    join('AK', 'IA', 'Q3EGRZJ7X5KWPLN2'),
    join('sk', '-proj-', drawn, drawn),
    join('xo', 'xb-', '123094876123-948127364512-', drawn.slice(0, 24)),
    join('hf', '_', 'qZxLwKpRtVbNmHcJdFgSyXuAeIoUqWzMtB'),
    join('gl', 'pat-', drawn.slice(0, 20)),
    join('ey', 'JhbGciOiJIUzI1NiJ9.ey', 'JzdWIiOiJxN1p4MiJ9.', drawn),
  ]
  for (const key of keys) assert.deepEqual(secrets(`use (${key}), please`), [key])
})

test('stand-ins, typed rows and shortened keys are none', () => {
  const none = [
    join('gh', 'p_', 'x'.repeat(36)),
    join('AK', 'IA', 'IOSFODNN7EXAMPLE'),
    join('sk', '-proj-', 'abcdefgh', drawn, drawn),
    join('gh', 'p_', drawn, 'aB3', '...'),
    join('token=$', '{TOKEN_V2_X9}'),
    join('password = process', '.env.PASS_W0RD'),
  ]
  for (const text of none) assert.deepEqual(secrets(text), [], text)
})

test('values behind words for secrets, with a digit and a letter and no look of code', () => {
  assert.deepEqual(secrets(join('pass', 'word: "hunter2hunter3"')), ['hunter2hunter3'])
  assert.deepEqual(secrets(join('API_', 'KEY=', drawn)), [drawn])
  assert.deepEqual(secrets('token = tokens.next2; maxTokens: 4096; const secret = getSecret2()'), [])
})

test('credentials in addresses, in commands and in headers', () => {
  assert.deepEqual(secrets(join('postgres://app', ':s3cr3tPw9', '@db:5432/x')), ['s3cr3tPw9'])
  assert.deepEqual(secrets('https://user:password@host'), [])
  assert.deepEqual(secrets(join('curl -u bob', ':Xk29fLq0 https://x')), ['Xk29fLq0'])
  assert.deepEqual(secrets(join('Authorization: ', 'Bearer ', drawn)), [drawn])
})

test('private keys with a body, whole or cut short', () => {
  const head = join('-----BEGIN ', 'PRIVATE KEY-----')
  const end = join('-----END ', 'PRIVATE KEY-----')
  const body = `\n${drawn}${drawn}\n${drawn}\n`
  assert.deepEqual(secrets(`a ${head}${body}${end} b`), [`${head}${body}${end}`])
  assert.deepEqual(secrets(`a ${head}${body}`), [`${head}${body.trimEnd()}`])
  assert.deepEqual(secrets(`${head}\nanything\n${end}`), [])
})
