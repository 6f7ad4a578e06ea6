import { setTimeout as sleep } from 'node:timers/promises'
import { GatewayError } from '../../../contract/errors.ts'
import type { Json } from '../../../contract/json.ts'
import { asStream, type KeptAnswer } from '../../cache/capture.ts'
import type { Flight } from '../../cache/coalesce.ts'
import type { Cached } from '../../cache/recalled.ts'
import type { Context } from '../../context.ts'
import type { AnswerEvent } from '../../conversation/answer.ts'
import type { Fault } from '../../conversation/fault.ts'
import { completionsWriter } from '../../dialects/completions/completions.ts'
import type { AnswerFrame } from '../../dialects/dialect.ts'
import { jsonArrayWriter } from '../../dialects/gemini/stream.ts'
import { readConversation } from '../../lanes/translation.ts'
import { OutputBlocked } from '../../masking/output-gate.ts'
import type { Services } from '../../services.ts'
import { answerWithError } from './error.ts'
import { ownHeaders, requestIdHeader, streamHeaders } from './headers.ts'
import { blockedFault, restored, restoredStream, streamRestorer } from './restored.ts'
import { errorBytes } from './stream-error.ts'

/**
 * An earlier answer in the caller's dialect, streamed or not, with an id of its own and the caller's own values in it; or
 * one that is still coming.
 */
export async function relayCached(context: Context, services: Services, cached: Cached): Promise<void> {
  try {
    await write(context, services, cached)
  } catch (error) {
    if (!(error instanceof GatewayError) || context.caller.isCommitted) throw error
    context.error = error
    answerWithError(context, services, error)
  } finally {
    if (cached.flight !== undefined) cached.flight.followers -= 1
  }
}

function write(context: Context, services: Services, { entry, flight }: Cached): void | Promise<void> {
  if (flight !== undefined)
    return context.streamed ? relayFlight(context, services, flight) : relayLanded(context, services, flight)
  const answer = JSON.parse(entry?.answer.toString() ?? '{"json":null}') as KeptAnswer
  if ('json' in answer) sendWhole(context, answer.json)
  else if (context.streamed) return sendStream(context, services, answer.events)
  else sendWhole(context, writeWhole(context, services, answer.events))
}

/** The id is the new request's: two answers with one would be taken for one. */
function anew(events: readonly AnswerEvent[]): AnswerEvent[] {
  return events.map((event) =>
    event.type === 'start' ? { type: 'start', id: '', model: event.model } : event,
  )
}

function writeWhole(context: Context, services: Services, events: readonly AnswerEvent[]): Json {
  return writerOf(context, services).writeAnswer(anew(events), frameOf(context, events))
}

function writerOf({ operation, dialectName }: Context, { dialects }: Services) {
  return operation === 'completions' ? completionsWriter : dialects[dialectName]
}

function frameOf(context: Context, events: readonly AnswerEvent[]): AnswerFrame {
  const { body, operation, dialectName, modelAsked, streamed } = context
  const json = body?.parse() ?? {}
  const caller = operation === 'completions' ? 'completions' : dialectName
  const path = { ...(dialectName === 'gemini' ? { model: modelAsked } : {}), stream: streamed }
  const request = readConversation({ caller, path }, json)
  const start = events.find((event) => event.type === 'start')
  return {
    requestId: context.requestId,
    model: (start?.type === 'start' && start.model) || (context.cached?.entry?.model ?? modelAsked),
    createdAtMs: context.arrivedMs,
    wantsStreamUsage: request.wantsStreamUsage,
    request,
    body: json,
    estimatedInputTokens: context.estimatedInputTokens,
  }
}

function sendWhole(context: Context, answer: Json): void {
  const bytes = restored(context, Buffer.from(JSON.stringify(answer)))
  const headers = ['content-type', 'application/json', 'content-length', String(bytes.length)]
  begin(context, [...headers, 'x-sidelight-cost-usd', '0'])
  context.caller.end(bytes)
}

function begin(context: Context, headers: readonly string[]): void {
  const { caller, cached } = context
  context.outcome = 'ok'
  context.httpStatus = 200
  if (cached !== undefined) cached.firstContentAt = performance.now()
  const age = cached?.flight === undefined ? ['age', String(cached?.ageS ?? 0)] : []
  caller.commit(200, [...headers, ...age, ...requestIdHeader(context), ...ownHeaders(context)])
}

function openStream(context: Context): void {
  const headers = [...streamHeaders]
  if (context.wantsJsonArray) headers[1] = 'application/json'
  begin(context, headers)
}

function streamWriterOf(context: Context, services: Services, events: readonly AnswerEvent[]) {
  const writer = writerOf(context, services).streamWriter(frameOf(context, events))
  return context.wantsJsonArray ? jsonArrayWriter(writer) : writer
}

function sendStream(
  context: Context,
  services: Services,
  events: readonly AnswerEvent[],
): void | Promise<void> {
  const told = asStream(anew(events))
  const writer = streamWriterOf(context, services, events)
  const gapMs = context.route?.cache?.gapMs ?? 0
  if (gapMs > 0) return pacedStream(context, { told, writer, gapMs })
  let text = ''
  for (const event of told) if (event.type !== 'end') text += writer.write(event)
  // Before the head: an answer that may not pass has a status to say so.
  const bytes = restoredStream(context, text + writer.end())
  openStream(context)
  context.caller.end(bytes)
}

async function pacedStream(
  context: Context,
  from: { told: readonly AnswerEvent[]; writer: ReturnType<typeof streamWriterOf>; gapMs: number },
): Promise<void> {
  const { caller } = context
  const restorer = streamRestorer(context)
  openStream(context)
  for (const event of from.told) {
    if (caller.isGone) return
    const text = event.type === 'end' ? '' : from.writer.write(event)
    if (text === '') continue
    caller.write(restorer === undefined ? text : restorer.push(text))
    await sleep(from.gapMs)
  }
  const last = from.writer.end()
  caller.end(restorer === undefined ? last : restorer.end(last))
}

/** Whole, when whoever asks first has all of it. */
async function relayLanded(context: Context, services: Services, flight: Flight<AnswerEvent>): Promise<void> {
  sendWhole(context, writeWhole(context, services, flight.items))
}

/** As it comes to whoever asks first; one that breaks off breaks off here, too. */
async function relayFlight(context: Context, services: Services, flight: Flight<AnswerEvent>): Promise<void> {
  const { caller } = context
  const gone = new AbortController()
  const forget = caller.onGone(() => gone.abort())
  const writer = streamWriterOf(context, services, flight.items)
  const restorer = streamRestorer(context)
  const said = (text: string) => (restorer === undefined ? text : restorer.push(text))
  openStream(context)
  try {
    for (let at = 0; ; ) {
      const fresh = anew(flight.items.slice(at))
      at = flight.items.length
      caller.write(said(fresh.map((event) => writer.write(event)).join('')))
      if (gone.signal.aborted || (flight.end !== undefined && at === flight.items.length)) break
      await flight.more(at, gone.signal)
    }
    if (caller.isGone) context.outcome = 'client_abort'
    else if (flight.end === 'failed') breakOff(context, services, { writer, fault: broken })
    else caller.end(restorer === undefined ? writer.end() : restorer.end(writer.end()))
  } catch (error) {
    if (!(error instanceof OutputBlocked)) throw error
    breakOff(context, services, { writer, fault: blockedFault(error) })
  } finally {
    forget()
  }
}

const broken: Fault = {
  class: 'outage',
  status: 200,
  code: 'truncated',
  message: 'the provider ended the stream before the answer was complete',
}

function breakOff(
  context: Context,
  services: Services,
  { writer, fault }: { writer: ReturnType<typeof streamWriterOf>; fault: Fault },
): void {
  context.fault = fault
  const from = { translator: writer, fault, said: undefined, hasElements: true }
  context.caller.write(errorBytes(context, services, from))
  context.caller.end()
  context.outcome = 'truncated'
}
