import type { ErrorKind } from '../../../contract/errors.ts'
import type { JsonObject } from '../../../contract/json.ts'
import type { Fault, FaultClass } from '../../conversation/fault.ts'
import type { ErrorBody } from '../dialect.ts'
import { responseShell } from './response.ts'

/** Codes that clients act upon; any other failure is the server's. */
const codesOfClass: Readonly<Partial<Record<FaultClass, string>>> = {
  rate_limit: 'rate_limit_exceeded',
  overloaded: 'server_is_overloaded',
  money: 'insufficient_quota',
  context_length: 'context_length_exceeded',
  content_filter: 'content_policy_violation',
  request: 'invalid_prompt',
}

export function responseError(fault: Fault): { code: string; message: string } {
  return { code: codesOfClass[fault.class] ?? 'server_error', message: fault.message }
}

const codesOfKind: Readonly<Partial<Record<ErrorKind, string>>> = {
  rate_limit: 'rate_limit_exceeded',
  overloaded: 'server_is_overloaded',
  billing: 'insufficient_quota',
}

/**
 * For a stream that was passed through, of which only the request id is known: clients wait for a terminal
 * event, and a failed Response is the one that says why.
 */
export function writeStreamError(error: ErrorBody): string {
  const response = {
    ...responseShell({ requestId: error.requestId, model: '', createdAtMs: 0 }),
    status: 'failed',
    error: { code: codesOfKind[error.kind] ?? error.code, message: error.message },
  }
  return sseFrame('response.failed', { type: 'response.failed', sequence_number: 0, response })
}

export function sseFrame(event: string, data: JsonObject): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}
