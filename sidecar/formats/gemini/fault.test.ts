import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Json, JsonObject } from '../../../contract/json.ts'
import { readFault } from './fault.ts'

const rpc = (name: string, more: JsonObject): JsonObject => ({
  '@type': `type.googleapis.com/google.rpc.${name}`,
  ...more,
})
const body = (code: number, status: string, details: Json[] = []): JsonObject => ({
  error: { code, status, message: 'words', details },
})
const classOf = (status: number, name: string, details?: Json[]) =>
  readFault(status, {}, body(status, name, details)).class

test('the status decides the class', () => {
  assert.equal(classOf(400, 'INVALID_ARGUMENT'), 'request')
  assert.equal(classOf(400, 'FAILED_PRECONDITION'), 'credentials')
  assert.equal(classOf(401, 'UNAUTHENTICATED'), 'credentials')
  assert.equal(classOf(403, 'PERMISSION_DENIED'), 'credentials')
  assert.equal(classOf(404, 'NOT_FOUND'), 'model_missing')
  assert.equal(classOf(429, 'RESOURCE_EXHAUSTED'), 'rate_limit')
  assert.equal(classOf(500, 'INTERNAL'), 'outage')
  assert.equal(classOf(503, 'UNAVAILABLE'), 'overloaded')
  assert.equal(classOf(504, 'DEADLINE_EXCEEDED'), 'slow')
  assert.equal(classOf(402, 'FAILED_PRECONDITION'), 'money')
})

test('an invalid key and closed billing are told by their reason, not by the words', () => {
  assert.equal(
    classOf(400, 'INVALID_ARGUMENT', [rpc('ErrorInfo', { reason: 'API_KEY_INVALID' })]),
    'credentials',
  )
  assert.equal(classOf(403, 'PERMISSION_DENIED', [rpc('ErrorInfo', { reason: 'BILLING_DISABLED' })]), 'money')
})

test('a daily quota is money, a quota by the minute a rate limit with its delay', () => {
  const quota = (quotaId: string) => rpc('QuotaFailure', { violations: [{ quotaMetric: 'm', quotaId }] })
  const delay = rpc('RetryInfo', { retryDelay: '7.5s' })
  const daily = [quota('GenerateRequestsPerDayPerProjectPerModel-FreeTier'), delay]
  assert.equal(classOf(429, 'RESOURCE_EXHAUSTED', daily), 'money')
  const fault = readFault(
    429,
    { 'retry-after': '60' },
    body(429, 'RESOURCE_EXHAUSTED', [quota('GenerateRequestsPerMinutePerProjectPerModel'), delay]),
  )
  assert.equal(fault.class, 'rate_limit')
  assert.equal(fault.retryAfterMs, 7500)
  assert.equal(fault.code, 'RESOURCE_EXHAUSTED')
})

test('delays are read as whole and fractional seconds, and absurd ones capped', () => {
  const wait = (retryDelay: string) =>
    readFault(429, {}, body(429, 'RESOURCE_EXHAUSTED', [rpc('RetryInfo', { retryDelay })])).retryAfterMs
  assert.equal(wait('7s'), 7000)
  assert.equal(wait('0.000001s'), 1)
  assert.equal(wait('999999999s'), 3_600_000)
  assert.equal(wait('soon'), undefined)
})

test('without a delay in the body the header counts', () => {
  assert.equal(readFault(503, { 'retry-after': '2' }, undefined).retryAfterMs, 2000)
})

test('errors in a list, without a body or as a page still have a class', () => {
  assert.equal(readFault(429, {}, [body(429, 'RESOURCE_EXHAUSTED')]).class, 'rate_limit')
  assert.deepEqual(readFault(502, {}, undefined), {
    class: 'outage',
    status: 502,
    code: 'http_502',
    message: '',
  })
  assert.equal(readFault(503, {}, 'text').class, 'overloaded')
  assert.equal(readFault(418, {}, {}).class, 'request')
})

test('the field that is wrong is named', () => {
  const details = [rpc('BadRequest', { fieldViolations: [{ field: 'contents[0]', description: 'x' }] })]
  assert.equal(readFault(400, {}, body(400, 'INVALID_ARGUMENT', details)).param, 'contents[0]')
})
