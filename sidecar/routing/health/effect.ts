import type { Fault } from '../../conversation/fault.ts'

/** What a fault says of the health of whoever it came from. */
export interface Effect {
  readonly isFailure: boolean
  readonly cools: boolean
  readonly ailment: 'auth_failed' | 'quota_exhausted' | undefined
}

const nothing: Effect = { isFailure: false, cools: false, ailment: undefined }
const failure: Effect = { ...nothing, isFailure: true }
const failureThatWaits: Effect = { ...failure, cools: true }
const rateLimit: Effect = { ...nothing, cools: true }
const badKey: Effect = { ...nothing, ailment: 'auth_failed' }
const noMoney: Effect = { ...nothing, ailment: 'quota_exhausted' }

/** Limits of ours that ended an answer, and bugs of ours: no fault of the provider. */
const ourCodes: ReadonlySet<string> = new Set([
  'total_timeout',
  'internal_error',
  'provider_key_missing',
  // Its words do not fit what another one had said; or they are more than is kept back.
  'recovery_misfit',
  'answer_too_large',
])

export function effectOf(fault: Fault): Effect {
  if (ourCodes.has(fault.code)) return nothing
  switch (fault.class) {
    case 'outage':
    case 'overloaded':
    case 'slow':
      return (fault.retryAfterMs ?? 0) > 0 ? failureThatWaits : failure
    case 'rate_limit':
      return rateLimit
    case 'credentials':
      return badKey
    case 'money':
      return noMoney
    case 'model_missing':
    case 'context_length':
    case 'content_filter':
    case 'request':
    case 'aborted':
      return nothing
    default: {
      const unknown: never = fault.class
      return unknown
    }
  }
}
