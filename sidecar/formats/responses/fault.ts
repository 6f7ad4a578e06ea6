import { isObject, type Json, type JsonObject, objectAt, stringAt } from '../../../contract/json.ts'
import type { Fault, FaultClass } from '../../conversation/fault.ts'
import type { Headers } from '../format.ts'
import { plainCode } from '../plain-code.ts'
import { retryAfterMs } from '../retry-after.ts'

const classByCode: Readonly<Record<string, FaultClass>> = {
  insufficient_quota: 'money',
  credit_balance_exhausted: 'money',
  billing_hard_limit_reached: 'money',
  billing_not_active: 'money',
  organization_spend_limit_exceeded: 'money',
  organization_usage_limit_exceeded: 'money',
  project_spend_limit_exceeded: 'money',
  rate_limit_exceeded: 'rate_limit',
  rate_limit_error: 'rate_limit',
  slow_down: 'overloaded',
  server_is_overloaded: 'overloaded',
  context_length_exceeded: 'context_length',
  string_above_max_length: 'context_length',
  content_filter: 'content_filter',
  content_policy_violation: 'content_filter',
  bio_policy: 'content_filter',
  image_content_policy_violation: 'content_filter',
  misalignment_policy_violation: 'content_filter',
  model_not_found: 'model_missing',
  DeploymentNotFound: 'model_missing',
  invalid_api_key: 'credentials',
  invalid_prompt: 'request',
  invalid_image: 'request',
  invalid_image_format: 'request',
  invalid_base64_image: 'request',
  invalid_image_url: 'request',
  image_too_large: 'request',
  image_too_small: 'request',
  image_parse_error: 'request',
  image_file_too_large: 'request',
  unsupported_image_media_type: 'request',
  empty_image_file: 'request',
  failed_to_download_image: 'request',
  image_file_not_found: 'request',
  server_error: 'outage',
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
  503: 'overloaded',
  529: 'overloaded',
}

export function readFault(status: number, headers: Headers, body: Json | undefined): Fault {
  const waitMs = retryAfterMs(headers)
  const fault = faultOf(status, errorIn(body))
  return waitMs === undefined ? fault : { ...fault, retryAfterMs: waitMs }
}

/** A Response that failed, or an error object in the place of one. */
export function faultIn(body: Json): Fault | undefined {
  if (!isObject(body)) return undefined
  const status = body['status']
  if (body['object'] === 'response') {
    if (status === 'failed' || status === 'cancelled') return failed(body)
    return undefined
  }
  return isObject(body['error']) || typeof body['error'] === 'string'
    ? faultOf(200, errorIn(body))
    : undefined
}

/** The fault of a Response with status failed or cancelled. */
export function failed(response: JsonObject | undefined): Fault {
  const error = errorIn(response)
  if (response?.['status'] !== 'cancelled' || error.code !== undefined) return faultOf(200, error)
  return { class: 'outage', status: 200, code: 'cancelled', message: 'The provider cancelled the answer.' }
}

/** A top-level `error` event states its fields flat or in an `error` object. */
export function eventFault(event: JsonObject): Fault {
  return faultOf(200, isObject(event['error']) ? errorIn(event) : errorFields(event))
}

interface WireError {
  readonly code: string | undefined
  readonly type: string | undefined
  readonly message: string | undefined
  readonly param: string | undefined
}

function errorIn(body: Json | undefined): WireError {
  const error = objectAt(body, 'error')
  if (error !== undefined) return errorFields(error)
  // xAI: {code, error: text}.
  return { ...errorFields(body), message: stringAt(body, 'error') ?? stringAt(body, 'message') }
}

function errorFields(error: Json | undefined): WireError {
  const type = stringAt(error, 'type')
  return {
    code: stringAt(error, 'code'),
    type: type === 'error' ? undefined : type,
    message: stringAt(error, 'message'),
    param: stringAt(error, 'param'),
  }
}

function faultOf(status: number, error: WireError): Fault {
  return {
    class: classOf(status, error),
    status,
    code: plainCode([error.code, error.type], `http_${status}`),
    message: error.message ?? `The provider answered with status ${status} and no message.`,
    ...(error.param === undefined ? {} : { param: error.param }),
  }
}

function classOf(status: number, { code, type }: WireError): FaultClass {
  if (status === 402) return 'money'
  const known = own(code) ?? own(type)
  // A gateway before the API may put any code into a 5xx.
  if (known !== undefined && !(known === 'request' && status >= 500)) return known
  if (type === 'invalid_request_error' && status === 200) return 'request'
  return classByStatus[status] ?? (status === 200 || status >= 500 ? 'outage' : 'request')
}

function own(key: string | undefined): FaultClass | undefined {
  return key !== undefined && Object.hasOwn(classByCode, key) ? classByCode[key] : undefined
}
