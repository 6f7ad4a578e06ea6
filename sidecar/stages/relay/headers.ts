import type { Context } from '../../context.ts'
import type { DialectName } from '../../dialects/dialect.ts'
import { headerText } from '../../upstream/headers.ts'

/** Headers of a response that is a stream, whoever asked for it. */
export const streamHeaders = [
  'content-type',
  'text/event-stream; charset=utf-8',
  'cache-control',
  'no-cache, no-transform',
  'x-accel-buffering',
  'no',
]

/** What is known before any provider has answered: the head of a stream that opens with a ping. */
export function earlyHeaders(context: Context): string[] {
  const headers = ['x-sidelight-request-id', context.requestId]
  if (context.route !== undefined) headers.push('x-sidelight-route', context.route.headerName)
  headers.push('x-sidelight-cache', context.cache, 'x-sidelight-policy', policyVersion(context))
  if (context.askedAt !== undefined) headers.push('x-sidelight-overhead-us', String(overheadUs(context)))
  return headers
}

/** Sidelight's own response headers: what served the request, and at what overhead. */
export function ownHeaders(context: Context): string[] {
  const headers = ['x-sidelight-request-id', context.requestId]
  const { route, attempts, answer, cached } = context
  if (route !== undefined) headers.push('x-sidelight-route', route.headerName)
  if (answer !== undefined) {
    headers.push('x-sidelight-served-by', answer.attempt.candidate.servedBy)
  }
  if (cached?.entry !== undefined)
    headers.push('x-sidelight-served-by', headerText(`${cached.entry.provider}/${cached.entry.model}`))
  headers.push(
    'x-sidelight-attempts',
    String(attempts.length),
    'x-sidelight-cache',
    context.cache,
    'x-sidelight-policy',
    policyVersion(context),
  )
  if (context.askedAt !== undefined) headers.push('x-sidelight-overhead-us', String(overheadUs(context)))
  if (context.droppedFields.length > 0)
    headers.push('x-sidelight-dropped-fields', headerText(context.droppedFields.join(', ')))
  return headers
}

/** 0 is the configuration itself. */
function policyVersion({ choice }: Context): string {
  return String(choice.policyVersion)
}

const requestIdNames: Readonly<Record<DialectName, string>> = {
  chat: 'x-request-id',
  responses: 'x-request-id',
  messages: 'request-id',
  gemini: 'x-request-id',
}

/**
 * Where the caller's SDK looks for the id that support asks for. A provider of the caller's own dialect has
 * sent one; an answer that was written here has ours, which `explain` knows.
 */
export function requestIdHeader(context: Context): string[] {
  return [requestIdNames[context.dialectName], context.requestId]
}

/** From the arrival of the request to the first call upstream. */
export function overheadUs(context: Context): number {
  return context.askedAt === undefined
    ? 0
    : Math.max(0, Math.round((context.askedAt - context.arrivedAt) * 1000))
}
