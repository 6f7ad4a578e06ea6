import type { Answer, Context } from '../../context.ts'
import { headersForCaller } from '../../upstream/headers.ts'
import { ownHeaders, requestIdHeader, streamHeaders } from './headers.ts'

/** The head of the stream, if no ping has sent one before. */
export function openStream(
  context: Context,
  { head }: Extract<Answer, { kind: 'stream' }>,
  isPassed: boolean,
): void {
  const { caller } = context
  context.httpStatus = 200
  if (caller.isCommitted) return
  const headers = isPassed ? headersForCaller(head.rawHeaders, { changed: true }) : [...streamHeaders]
  if (isPassed) addMissing(headers, streamHeaders)
  else if (context.wantsJsonArray) headers[1] = 'application/json'
  headers.push(...ownHeaders(context))
  if (!isPassed) headers.push(...requestIdHeader(context))
  context.httpStatus = isPassed ? head.status : 200
  caller.commit(context.httpStatus, headers)
}

function addMissing(headers: string[], wanted: readonly string[]): void {
  const present = new Set<string>()
  for (let index = 0; index < headers.length; index += 2) present.add((headers[index] ?? '').toLowerCase())
  for (let index = 0; index < wanted.length; index += 2) {
    const name = wanted[index] ?? ''
    if (!present.has(name)) headers.push(name, wanted[index + 1] ?? '')
  }
}
