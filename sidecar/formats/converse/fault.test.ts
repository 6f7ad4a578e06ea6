import assert from 'node:assert/strict'
import { test } from 'node:test'
import { converseFormat } from './format.ts'

const cases: [status: number, type: string | undefined, expected: string][] = [
  [400, 'ValidationException', 'request'],
  [400, 'ServiceQuotaExceededException', 'money'],
  [400, 'ThrottlingException', 'rate_limit'],
  [403, 'AccessDeniedException', 'credentials'],
  [403, 'ExpiredTokenException', 'credentials'],
  [404, 'ResourceNotFoundException', 'model_missing'],
  [408, 'ModelTimeoutException', 'slow'],
  [424, 'ModelErrorException', 'outage'],
  [424, 'ModelStreamErrorException', 'outage'],
  [429, 'ThrottlingException', 'rate_limit'],
  [429, 'ModelNotReadyException', 'overloaded'],
  [500, 'InternalServerException', 'outage'],
  [503, 'ServiceUnavailableException', 'overloaded'],
  [400, undefined, 'request'],
  [401, undefined, 'credentials'],
  [413, undefined, 'request'],
  [424, undefined, 'outage'],
  [429, undefined, 'rate_limit'],
  [502, undefined, 'outage'],
  [504, 'NeverHeardOf', 'outage'],
  [418, 'constructor', 'request'],
]

for (const [status, type, expected] of cases) {
  test(`${status} ${type ?? 'without a type'} is of class ${expected}`, () => {
    const headers = type === undefined ? {} : { 'x-amzn-errortype': `${type}:http://internal.amazon.com/` }
    const fault = converseFormat.readFault(status, headers, { message: 'words' })
    const code = type ?? `http_${status}`
    assert.deepEqual(fault, { class: expected, status, code, message: 'words' })
  })
}

test('the type may stand in the body, the wait in a header, and the body may be missing', () => {
  const body = { __type: 'com.amazon.coral#ThrottlingException', Message: 'words' }
  assert.deepEqual(converseFormat.readFault(429, { 'retry-after': '3' }, body), {
    class: 'rate_limit',
    status: 429,
    code: 'ThrottlingException',
    message: 'words',
    retryAfterMs: 3000,
  })
  const bare = converseFormat.readFault(500, {}, undefined)
  assert.deepEqual([bare.class, bare.code], ['outage', 'http_500'])
})

test('an error with status 200 is noticed, an answer is not', () => {
  assert.equal(converseFormat.faultIn({ message: 'words' })?.class, 'outage')
  assert.equal(converseFormat.faultIn({ __type: 'ThrottlingException' })?.class, 'rate_limit')
  assert.equal(converseFormat.faultIn({ output: { message: {} }, stopReason: 'end_turn' }), undefined)
  assert.equal(converseFormat.faultIn('text'), undefined)
})

test('a whole answer whose model wrote something malformed is a failure, as it is in a stream', () => {
  for (const stopReason of ['malformed_model_output', 'malformed_tool_use']) {
    const fault = converseFormat.faultIn({ output: { message: { content: [] } }, stopReason })
    assert.deepEqual([fault?.class, fault?.code], ['outage', stopReason])
  }
})
