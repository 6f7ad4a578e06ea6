import type { JsonObject } from '../../../contract/json.ts'
import type { Wire } from './reply.ts'

const message = 'Simulated failure'

const openaiTypes: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  403: 'permission_error',
  429: 'rate_limit_error',
}
const openaiCodes: Readonly<Record<number, string>> = {
  401: 'invalid_api_key',
  404: 'model_not_found',
  429: 'rate_limit_exceeded',
}

export const openaiWire: Wire = {
  error: (status, { code }) => ({
    error: {
      message,
      type: code === 'insufficient_quota' ? code : (openaiTypes[status] ?? typeByClass(status)),
      param: null,
      code: code ?? openaiCodes[status] ?? null,
    },
  }),
  errorFrame: ({ code }) =>
    `data: ${JSON.stringify({ error: { message, type: 'server_error', param: null, code: code ?? 'server_is_overloaded' } })}\n\n`,
  ping: ': keep-alive\n\n',
}

/** Events of the Responses format carry their error differently; whole answers do not. */
export const responsesWire: Wire = {
  ...openaiWire,
  errorFrame: ({ code }) =>
    `event: error\ndata: ${JSON.stringify({ type: 'error', code: code ?? 'server_is_overloaded', message, param: null, sequence_number: 0 })}\n\n`,
}

const anthropicTypes: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  504: 'timeout_error',
  529: 'overloaded_error',
}

function anthropicError(type: string, code: string | undefined): JsonObject {
  const details = code === undefined ? null : { error_code: code }
  return { type: 'error', error: { type, message, details }, request_id: 'req_simulated' }
}

export const anthropicWire: Wire = {
  error: (status, { code }) =>
    anthropicError(anthropicTypes[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error'), code),
  errorFrame: ({ code }) =>
    `event: error\ndata: ${JSON.stringify(anthropicError('overloaded_error', code))}\n\n`,
  ping: 'event: ping\ndata: {"type": "ping"}\n\n',
}

const googleStatuses: Readonly<Record<number, string>> = {
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
}

function googleError(code: number, status: string | undefined, retryAfter: string | undefined): JsonObject {
  const retry = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${retryAfter}s` }
  const error: JsonObject = {
    code,
    message,
    status: status ?? googleStatuses[code] ?? (code < 500 ? 'INVALID_ARGUMENT' : 'INTERNAL'),
  }
  if (retryAfter !== undefined) error['details'] = [retry]
  return { error }
}

export const googleWire: Wire = {
  error: (status, { code, retryAfter }) => googleError(status, code, retryAfter),
  errorFrame: ({ code, retryAfter }) => `data: ${JSON.stringify(googleError(503, code, retryAfter))}\n\n`,
  ping: ': keep-alive\n\n',
}

function typeByClass(status: number): string {
  return status < 500 ? 'invalid_request_error' : 'server_error'
}
