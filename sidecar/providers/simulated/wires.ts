import type { JsonObject } from '../../../contract/json.ts'
import type { Wire, Words } from './reply.ts'

const failure = 'Simulated failure'

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
  error: (status, { code, message = failure }) => ({
    error: {
      message,
      type: code === 'insufficient_quota' ? code : (openaiTypes[status] ?? typeByClass(status)),
      param: null,
      code: code ?? openaiCodes[status] ?? null,
    },
  }),
  errorFrame: ({ code }) =>
    `data: ${JSON.stringify({ error: { message: failure, type: 'server_error', param: null, code: code ?? 'server_is_overloaded' } })}\n\n`,
  ping: ': keep-alive\n\n',
  refusals: {
    rate: { status: 429 },
    quota: { status: 429, code: 'insufficient_quota' },
    key: { status: 401 },
    context: { status: 400, code: 'context_length_exceeded' },
    filter: { status: 400, code: 'content_filter' },
    overloaded: { status: 503, code: 'server_is_overloaded' },
    model: { status: 404 },
  },
}

/** Events of the Responses format carry their error differently; whole answers do not. */
export const responsesWire: Wire = {
  ...openaiWire,
  errorFrame: ({ code }) =>
    `event: error\ndata: ${JSON.stringify({ type: 'error', code: code ?? 'server_is_overloaded', message: failure, param: null, sequence_number: 0 })}\n\n`,
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

function anthropicError(type: string, { code, message = failure }: Words): JsonObject {
  const details = code === undefined ? null : { error_code: code }
  return { type: 'error', error: { type, message, details }, request_id: 'req_simulated' }
}

export const anthropicWire: Wire = {
  error: (status, words) =>
    anthropicError(anthropicTypes[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error'), words),
  errorFrame: (words) =>
    `event: error\ndata: ${JSON.stringify(anthropicError('overloaded_error', words))}\n\n`,
  ping: 'event: ping\ndata: {"type": "ping"}\n\n',
  refusals: {
    rate: { status: 429 },
    quota: { status: 402 },
    key: { status: 401 },
    context: { status: 400, code: 'prompt_too_long' },
    overloaded: { status: 529 },
    model: { status: 404 },
  },
}

const googleStatuses: Readonly<Record<number, string>> = {
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
}

const rpc = (type: string, fields: JsonObject) => ({
  '@type': `type.googleapis.com/google.rpc.${type}`,
  ...fields,
})

/** Some causes are told by their details alone. */
const googleDetails: Readonly<Record<string, readonly JsonObject[]>> = {
  API_KEY_INVALID: [rpc('ErrorInfo', { reason: 'API_KEY_INVALID', domain: 'googleapis.com' })],
  PER_DAY: [rpc('QuotaFailure', { violations: [{ quotaId: 'GenerateRequestsPerDayPerProjectPerModel' }] })],
}

function googleError(status: number, { code, retryAfter, message = failure }: Words): JsonObject {
  const caused = code === undefined ? undefined : googleDetails[code]
  const usual = googleStatuses[status] ?? (status < 500 ? 'INVALID_ARGUMENT' : 'INTERNAL')
  const error: JsonObject = { code: status, message, status: caused ? usual : (code ?? usual) }
  const retry = retryAfter === undefined ? [] : [rpc('RetryInfo', { retryDelay: `${retryAfter}s` })]
  const details = [...(caused ?? []), ...retry]
  if (details.length > 0) error['details'] = details
  return { error }
}

export const googleWire: Wire = {
  error: googleError,
  errorFrame: (words) => `data: ${JSON.stringify(googleError(503, words))}\n\n`,
  ping: ': keep-alive\n\n',
  refusals: {
    rate: { status: 429 },
    quota: { status: 429, code: 'PER_DAY' },
    key: { status: 400, code: 'API_KEY_INVALID' },
    context: { status: 400 },
    overloaded: { status: 503 },
    model: { status: 404 },
  },
}

function typeByClass(status: number): string {
  return status < 500 ? 'invalid_request_error' : 'server_error'
}
