import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { FaultClass } from '../../conversation/fault.ts'
import { faultIn, readFault } from './fault.ts'

const errorOf = (type: string, code?: string) => ({
  type: 'error',
  error: { type, message: 'words', ...(code === undefined ? {} : { details: { error_code: code } }) },
  request_id: 'req_1',
})

const cases: readonly [number, string, string | undefined, FaultClass][] = [
  [400, 'invalid_request_error', undefined, 'request'],
  [400, 'invalid_request_error', 'organization_on_hold', 'credentials'],
  [400, 'invalid_request_error', 'linked_organization_spend_limit_reached', 'money'],
  [401, 'authentication_error', undefined, 'credentials'],
  [402, 'billing_error', undefined, 'money'],
  [402, 'invalid_request_error', undefined, 'money'],
  [403, 'permission_error', undefined, 'credentials'],
  [404, 'not_found_error', undefined, 'model_missing'],
  [409, 'conflict_error', undefined, 'overloaded'],
  [413, 'request_too_large', undefined, 'request'],
  [429, 'rate_limit_error', undefined, 'rate_limit'],
  [429, 'rate_limit_error', 'enforced_spend_limit_reached', 'money'],
  [429, 'rate_limit_error', 'contract_spend_limit_reached', 'money'],
  [429, 'rate_limit_error', 'ramp_limit_exceeded', 'rate_limit'],
  [500, 'api_error', undefined, 'outage'],
  [503, 'overloaded_error', 'compaction_unavailable', 'overloaded'],
  [504, 'timeout_error', undefined, 'outage'],
  [529, 'overloaded_error', undefined, 'overloaded'],
  [529, 'something_new', 'also_new', 'overloaded'],
  [418, 'something_new', undefined, 'request'],
  [500, 'constructor', 'toString', 'outage'],
]

describe('faults in the Messages format', () => {
  for (const [status, type, code, expected] of cases) {
    it(`classifies ${status} ${type}${code ? ` with ${code}` : ''} as ${expected}`, () => {
      const fault = readFault(status, {}, errorOf(type, code))
      assert.deepEqual(fault, { class: expected, status, code: code ?? type, message: 'words' })
    })
  }

  it('does not look for a context length in the words of a message', () => {
    const body = {
      type: 'error',
      error: { type: 'invalid_request_error', message: 'prompt is too long: 9 > 8' },
    }
    assert.equal(readFault(400, {}, body).class, 'request')
  })

  it('goes by status where there is no body', () => {
    assert.equal(readFault(502, {}, undefined).class, 'outage')
    assert.equal(readFault(402, {}, '<html>').class, 'money')
    assert.equal(readFault(529, {}, undefined).code, 'http_529')
  })

  it('passes on how long to wait', () => {
    assert.equal(readFault(429, { 'retry-after': '3' }, errorOf('rate_limit_error')).retryAfterMs, 3000)
  })

  it('is found inside a 200, and not in a message', () => {
    assert.deepEqual(faultIn(errorOf('overloaded_error')), {
      class: 'overloaded',
      status: 200,
      code: 'overloaded_error',
      message: 'words',
    })
    assert.equal(faultIn({ error: { type: 'made_up', message: 'm' } })?.class, 'outage')
    assert.equal(faultIn({ type: 'message', content: [] }), undefined)
    assert.equal(faultIn([]), undefined)
  })
})
