import type { IncomingMessage } from 'node:http'
import { type ErrorKind, GatewayError } from '../../../contract/errors.ts'
import { announcedBytes, lingerOnClose } from '../../body/read.ts'
import type { Context } from '../../context.ts'
import type { Fault, FaultClass } from '../../conversation/fault.ts'
import type { ErrorBody } from '../../dialects/dialect.ts'
import { endpointOf, targetOf } from '../../endpoints.ts'
import type { Services } from '../../services.ts'
import { headersForCaller } from '../../upstream/headers.ts'
import { ownHeaders, requestIdHeader } from './headers.ts'

/** An error of Sidelight itself, in the caller's shape. */
export function answerWithError(context: Context, services: Services, error: GatewayError): void {
  context.outcome = isRefusedContent(error.code) ? 'blocked' : 'error'
  const body: ErrorBody = {
    status: error.status,
    kind: error.kind,
    code: error.code,
    message: error.message,
    ...(error.param === undefined ? {} : { param: error.param }),
    requestId: context.requestId,
  }
  send(context, services, body, error.retryAfterMs)
}

/** Refused for what the request or its answer holds. */
function isRefusedContent(code: string): boolean {
  return refusedContent.has(code)
}

const refusedContent = new Set([
  'guard_failed',
  'mask_failed',
  'mask_over_budget',
  'output_blocked',
  'personal_data_blocked',
  'prompt_injection_blocked',
  'unscanned_content',
])

/** Nobody answered: the last provider's own words where the caller speaks its format, else a translation of them. */
export function answerWithFault(context: Context, services: Services): void {
  context.outcome = 'error'
  const { fault, faultAnswer } = context
  if (fault === undefined) {
    answerWithError(context, services, new GatewayError('no_candidate'))
    return
  }
  if (faultAnswer !== undefined && !context.caller.isCommitted && passesOn(context, faultAnswer.format)) {
    const headers = headersForCaller(faultAnswer.headers, { changed: true })
    headers.push(...ownHeaders(context), ...retryHeaders(fault.retryAfterMs, isExhausted(fault)))
    headers.push('content-length', String(faultAnswer.body.length))
    context.httpStatus = faultAnswer.status
    context.caller.commit(faultAnswer.status, withoutDuplicates(headers))
    context.caller.end(faultAnswer.body)
    return
  }
  send(context, services, errorBodyOf(fault, context.requestId), fault.retryAfterMs, isExhausted(fault))
}

function passesOn(context: Context, format: string): boolean {
  return format === context.dialectName || (format === 'chat' && context.dialectName === 'responses')
}

/**
 * Whoever may answer was asked already, so a client that asks again would multiply the calls. That goes for an
 * empty account, too, which many providers state as a 429. What is the request's own fault is repeated by none.
 */
function isExhausted(fault: Fault): boolean {
  switch (fault.class) {
    case 'request':
    case 'context_length':
    case 'content_filter':
    case 'aborted':
      return false
    default:
      return true
  }
}

const statusOf: Readonly<Record<FaultClass, { status: number; kind: ErrorKind }>> = {
  outage: { status: 502, kind: 'upstream' },
  slow: { status: 504, kind: 'timeout' },
  rate_limit: { status: 429, kind: 'rate_limit' },
  overloaded: { status: 503, kind: 'overloaded' },
  money: { status: 402, kind: 'billing' },
  credentials: { status: 401, kind: 'authentication' },
  model_missing: { status: 404, kind: 'not_found' },
  context_length: { status: 400, kind: 'invalid_request' },
  content_filter: { status: 400, kind: 'invalid_request' },
  request: { status: 400, kind: 'invalid_request' },
  aborted: { status: 499, kind: 'internal' },
}

export function errorBodyOf(fault: Fault, requestId: string): ErrorBody {
  const usual = statusOf[fault.class]
  // The provider's own status where it stated one: callers' code branches on it.
  const status = fault.status >= 400 ? fault.status : usual.status
  return {
    status,
    kind: usual.kind,
    code: fault.code,
    message: fault.message,
    ...(fault.param === undefined ? {} : { param: fault.param }),
    requestId,
  }
}

function send(
  context: Context,
  services: Services,
  body: ErrorBody,
  retryAfterMs: number | undefined,
  exhausted = false,
): void {
  const dialect = services.dialects[context.dialectName]
  if (context.caller.isCommitted) {
    // Pings have opened the stream: there is no status to say it with any more.
    context.httpStatus = 200
    context.caller.write(dialect.writeStreamError(body))
    context.caller.end()
    return
  }
  context.httpStatus = body.status
  const bytes = Buffer.from(JSON.stringify(dialect.writeError(body)))
  const headers = ['content-type', 'application/json', 'content-length', String(bytes.length)]
  headers.push(...requestIdHeader(context), ...ownHeaders(context), ...retryHeaders(retryAfterMs, exhausted))
  if (body.code === 'method_not_allowed') headers.push('allow', allowedMethods(context))
  if (isMuchUnread(context.req)) {
    headers.push('connection', 'close')
    lingerOnClose(context.req)
  }
  context.caller.commit(body.status, headers)
  context.caller.end(context.req.method === 'HEAD' ? undefined : bytes)
}

function allowedMethods(context: Context): string {
  return endpointOf(targetOf(context.path).pathname)?.methods.join(', ') ?? ''
}

/** Small rests are read and forgotten, and the connection serves on; what may be large is not waited for. */
const restBytesMax = 65_536

function isMuchUnread(req: IncomingMessage): boolean {
  if (req.complete) return false
  const announced = announcedBytes(req)
  return announced === undefined || announced > restBytesMax
}

function retryHeaders(retryAfterMs: number | undefined, exhausted: boolean): string[] {
  if (retryAfterMs !== undefined) return ['retry-after', String(Math.ceil(retryAfterMs / 1000))]
  return exhausted ? ['x-should-retry', 'false'] : []
}

/** Of headers set twice (the provider's and ours) the last counts. */
function withoutDuplicates(headers: readonly string[]): string[] {
  const ours = new Set(['retry-after', 'x-should-retry', 'content-length'])
  const last = new Map<string, number>()
  for (let index = 0; index < headers.length; index += 2)
    last.set((headers[index] ?? '').toLowerCase(), index)
  const kept: string[] = []
  for (let index = 0; index < headers.length; index += 2) {
    const name = (headers[index] ?? '').toLowerCase()
    if (ours.has(name) && last.get(name) !== index) continue
    kept.push(headers[index] ?? '', headers[index + 1] ?? '')
  }
  return kept
}
