import {
  arrayAt,
  isObject,
  type Json,
  type JsonObject,
  numberAt,
  objectAt,
  stringAt,
} from '../../../contract/json.ts'
import type { Fault, FaultClass } from '../../conversation/fault.ts'
import type { Headers } from '../format.ts'
import { plainCode } from '../plain-code.ts'
import { retryAfterMs, retryDelayMs } from '../retry-after.ts'

/** The `error` of a body; Google wraps it in a list where an answer would have been streamed. */
export function errorIn(body: unknown): JsonObject | undefined {
  return objectAt(Array.isArray(body) ? body[0] : body, 'error')
}

export function readFault(status: number, headers: Headers, body: Json | undefined): Fault {
  const fault = readErrorBody(body, status)
  const waitMs = fault.retryAfterMs ?? retryAfterMs(headers)
  return waitMs === undefined ? fault : { ...fault, retryAfterMs: waitMs }
}

/** `status` is that of the answer: 200 for an error inside one, which then states its own code. */
export function readErrorBody(body: Json | undefined, status: number): Fault {
  const error = errorIn(body)
  const details = arrayAt(error, 'details')
  const reason = detailOf(details, 'ErrorInfo')?.['reason']
  const name = stringAt(error, 'status')
  const httpStatus = status === 200 ? (numberAt(error, 'code') ?? 500) : status
  const param = stringAt(arrayAt(detailOf(details, 'BadRequest'), 'fieldViolations')[0], 'field')
  const waitMs = retryDelayMs(details)
  return {
    class: classOf({ httpStatus, name, reason: typeof reason === 'string' ? reason : '', details }),
    status,
    code: plainCode([typeof reason === 'string' ? reason : undefined, name], `http_${httpStatus}`),
    message: stringAt(error, 'message') ?? '',
    ...(param === undefined ? {} : { param }),
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
  }
}

interface Facts {
  readonly httpStatus: number
  readonly name: string | undefined
  readonly reason: string
  readonly details: readonly Json[]
}

const classByName: ReadonlyMap<string, FaultClass> = new Map([
  ['INVALID_ARGUMENT', 'request'],
  ['OUT_OF_RANGE', 'request'],
  // The account may not use the service as it stands (place, billing): another provider may.
  ['FAILED_PRECONDITION', 'credentials'],
  ['UNAUTHENTICATED', 'credentials'],
  ['PERMISSION_DENIED', 'credentials'],
  ['NOT_FOUND', 'model_missing'],
  ['UNIMPLEMENTED', 'model_missing'],
  ['ABORTED', 'outage'],
  ['CANCELLED', 'outage'],
  ['INTERNAL', 'outage'],
  ['UNKNOWN', 'outage'],
  ['DATA_LOSS', 'outage'],
  ['UNAVAILABLE', 'overloaded'],
  ['DEADLINE_EXCEEDED', 'slow'],
])

/** An invalid key is an INVALID_ARGUMENT to Google; only the reason tells it from a bad request. */
const credentialReasons =
  /^(API_KEY_|ACCESS_TOKEN_|SERVICE_DISABLED|CONSUMER_|CREDENTIALS_|ACCOUNT_STATE_INVALID)/

function classOf(facts: Facts): FaultClass {
  if (facts.httpStatus === 402 || facts.reason === 'BILLING_DISABLED') return 'money'
  if (credentialReasons.test(facts.reason)) return 'credentials'
  if (facts.httpStatus === 429 || facts.name === 'RESOURCE_EXHAUSTED') {
    return isDailyQuota(facts.details) ? 'money' : 'rate_limit'
  }
  return (
    (facts.name === undefined ? undefined : classByName.get(facts.name)) ?? classByStatus(facts.httpStatus)
  )
}

function classByStatus(status: number): FaultClass {
  if (status === 401 || status === 403) return 'credentials'
  if (status === 404) return 'model_missing'
  if (status === 408 || status === 504) return 'slow'
  if (status === 503 || status === 529) return 'overloaded'
  // 409 and 425 pass by themselves, unlike the rest of the caller's faults.
  return status >= 500 || status === 409 || status === 425 ? 'outage' : 'request'
}

/** A quota by the day is not refilled while a caller waits. */
function isDailyQuota(details: readonly Json[]): boolean {
  const violations = arrayAt(detailOf(details, 'QuotaFailure'), 'violations')
  return violations.some((violation) => stringAt(violation, 'quotaId')?.includes('PerDay') === true)
}

function detailOf(details: readonly Json[], name: string): JsonObject | undefined {
  return details.filter(isObject).find((detail) => stringAt(detail, '@type')?.endsWith(`.${name}`))
}
