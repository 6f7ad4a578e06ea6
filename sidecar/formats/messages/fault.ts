import { isObject, type Json, objectAt, stringAt } from '../../../contract/json.ts'
import type { Fault, FaultClass } from '../../conversation/fault.ts'
import type { Headers } from '../format.ts'
import { plainCode } from '../plain-code.ts'
import { retryAfterMs } from '../retry-after.ts'

/** `error.details.error_code`: the cause, where `error.type` is only the kind. */
const classByCode: Readonly<Record<string, FaultClass>> = {
  enforced_spend_limit_reached: 'money',
  contract_spend_limit_reached: 'money',
  linked_organization_spend_limit_reached: 'money',
  linked_organization_billing_unavailable: 'money',
  user_profile_not_billable: 'money',
  user_profile_billing_not_authorized: 'money',
  // A limit on how fast usage may grow: it passes, unlike the spend limits beside it.
  ramp_limit_exceeded: 'rate_limit',
  compaction_unavailable: 'overloaded',
  prompt_too_long: 'context_length',
  organization_on_hold: 'credentials',
  claude_code_key_creator_not_member: 'credentials',
  cmek_key_disabled: 'credentials',
  model_not_found: 'model_missing',
}

const classByType: Readonly<Record<string, FaultClass>> = {
  // A prompt over the context window is one of these too. It has no code of its own, and its words may
  // change any day, so it stays with the caller's faults.
  invalid_request_error: 'request',
  request_too_large: 'request',
  authentication_error: 'credentials',
  permission_error: 'credentials',
  billing_error: 'money',
  not_found_error: 'model_missing',
  rate_limit_error: 'rate_limit',
  overloaded_error: 'overloaded',
  // Another request holds a lock for a moment.
  conflict_error: 'overloaded',
  timeout_error: 'outage',
  api_error: 'outage',
}

const classByStatus: Readonly<Record<number, FaultClass>> = {
  401: 'credentials',
  402: 'money',
  403: 'credentials',
  404: 'model_missing',
  408: 'outage',
  409: 'overloaded',
  425: 'overloaded',
  429: 'rate_limit',
  529: 'overloaded',
}

export function readFault(status: number, headers: Headers, body: Json | undefined): Fault {
  const waitMs = retryAfterMs(headers)
  return { ...faultOf(status, body), ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }) }
}

/** An error inside a 200: as the whole body, or as an event of a stream. */
export function faultIn(body: Json): Fault | undefined {
  if (!isObject(body)) return undefined
  const isError = body['type'] === 'error' || (isObject(body['error']) && body['type'] !== 'message')
  return isError ? faultOf(200, body) : undefined
}

function faultOf(status: number, body: Json | undefined): Fault {
  const error = objectAt(body, 'error')
  const type = stringAt(error, 'type')
  const code = stringAt(objectAt(error, 'details'), 'error_code')
  return {
    class: classOf(status, type, code),
    status,
    code: plainCode([code, type], `http_${status}`),
    message: stringAt(error, 'message') ?? `The provider answered with status ${status} and no message.`,
  }
}

function classOf(status: number, type: string | undefined, code: string | undefined): FaultClass {
  if (status === 402) return 'money'
  const known = own(classByCode, code) ?? own(classByType, type)
  // A gateway before the API may put any type into a 5xx; the API's own types for these name them better.
  if (known !== undefined && !(known === 'request' && status >= 500)) return known
  return classByStatus[status] ?? (status === 200 || status >= 500 ? 'outage' : 'request')
}

function own(table: Readonly<Record<string, FaultClass>>, key: string | undefined): FaultClass | undefined {
  return key !== undefined && Object.hasOwn(table, key) ? table[key] : undefined
}
