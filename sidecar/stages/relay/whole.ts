import { GatewayError } from '../../../contract/errors.ts'
import type { Answer, Attempt, Context } from '../../context.ts'
import { priceCall } from '../../pricing/price.ts'
import type { Services } from '../../services.ts'
import { headersForCaller } from '../../upstream/headers.ts'
import { answerWithError } from './error.ts'
import { ownHeaders, requestIdHeader } from './headers.ts'
import { rememberPlaceholders, restored, restoredStream } from './restored.ts'
import { watchWhole } from './watch-canary.ts'

/** A whole answer: the provider's bytes, or their translation; as a stream when the caller asked for one. */
export function relayWhole(context: Context, services: Services, answer: WholeAnswer): void {
  rememberPlaceholders(context, services, answer.lane.summarize(answer.json).responseId)
  watchWhole(context, services, answer.body)
  try {
    write(context, answer)
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    context.error = error
    answerWithError(context, services, error)
  }
}

type WholeAnswer = Extract<Answer, { kind: 'whole' }>

function write(context: Context, answer: WholeAnswer): void {
  const { lane, head, attempt } = answer
  // In a lane that passes bytes on, only a stream that pings have opened must go on as one.
  const isStream = context.streamed && (lane.translates || context.caller.isCommitted)
  const stream = isStream ? lane.streamOf(answer.json) : undefined
  if (stream !== undefined) {
    const type = context.wantsJsonArray ? 'application/json' : 'text/event-stream; charset=utf-8'
    const body = restoredStream(context, stream)
    finish(context, { body, type, status: 200, rawHeaders: [] })
    return
  }
  const translated = lane.translateAnswer(answer.json)
  const extra = costHeader(context, attempt)
  if (translated === undefined) {
    const body = restored(context, answer.body)
    finish(context, { body, type: undefined, status: head.status, rawHeaders: head.rawHeaders, extra })
  } else {
    const body = restored(context, Buffer.from(JSON.stringify(translated)))
    finish(context, { body, type: 'application/json', status: 200, rawHeaders: [], extra })
  }
}

/** Known before the answer leaves, because a whole answer states its usage. */
function costHeader(context: Context, attempt: Attempt): string[] {
  if (attempt.usage === undefined) return []
  const { catalog } = context.snapshot
  const { candidate, usage, modelReported } = attempt
  const { body, arrivedMs: atMs } = context
  attempt.priced ??= priceCall({ catalog, candidate, usage, atMs, modelReported, body })
  const { costText } = attempt.priced
  return costText === null ? [] : ['x-sidelight-cost-usd', costText]
}

function finish(
  context: Context,
  from: {
    body: Buffer
    type: string | undefined
    status: number
    rawHeaders: readonly string[]
    extra?: readonly string[]
  },
): void {
  context.outcome = 'ok'
  const { caller } = context
  if (caller.isCommitted) {
    // Pings opened a stream while the provider was silent; a body that is no stream has no place in it.
    context.httpStatus = 200
    caller.end(
      from.type?.startsWith('text/event-stream') === true
        ? from.body
        : `data: ${from.body.toString('utf8')}\n\n`,
    )
    return
  }
  const headers = headersForCaller(from.rawHeaders, { changed: true })
  if (from.type !== undefined) headers.push('content-type', from.type)
  if (from.rawHeaders.length === 0) headers.push(...requestIdHeader(context))
  headers.push(...ownHeaders(context), ...(from.extra ?? []), 'content-length', String(from.body.length))
  context.httpStatus = from.status
  caller.commit(from.status, headers)
  caller.end(context.req.method === 'HEAD' ? undefined : from.body)
}
