import { isObject, type Json } from '../../../contract/json.ts'
import type { Attempt, Context } from '../../context.ts'
import type { Lane } from '../../lanes/lane.ts'
import { AnswerStream } from '../../streaming/answer-stream.ts'
import { collect } from '../../upstream/collect.ts'
import { decoding, isDecodable } from '../../upstream/decode.ts'
import type { Exchange, Head } from '../../upstream/exchange.ts'
import type { AttemptAsk, Outcome } from './attempt.ts'
import { takeFacts } from './attempt-facts.ts'
import { failed, faultOf, invalid, slow } from './attempt-faults.ts'
import type { Deadline } from './deadline.ts'
import { beginsFiltered, filtered, isFiltered, replacesFiltered } from './filtered.ts'
import { parseAnswer } from './parse-answer.ts'

/** A whole answer is held before it is passed on, so that a broken one can still be replaced. */
const answerBytesMax = 64 * 1_048_576
const errorBytesMax = 1_048_576

export interface HeadAsk {
  readonly head: Head
  readonly exchange: Exchange
  readonly lane: Lane
  readonly attempt: Attempt
  readonly deadline: Deadline
  /** Until the whole request is over, from the start of the attempt. */
  readonly leftMs: number
  readonly ask: AttemptAsk
}

export function readHead(context: Context, from: HeadAsk): Outcome | Promise<Outcome> {
  const { head, attempt, exchange } = from
  attempt.httpStatus = head.status
  attempt.upstreamRequestId = upstreamRequestId(head)
  const opaque = isOpaqueAnswer(context, head)
  if (opaque && (head.status < 400 || context.operation === 'other')) {
    return { kind: 'answered', answer: { kind: 'opaque', head, exchange, attempt, lane: from.lane } }
  }
  if (head.status < 200 || head.status >= 300) return readRefusal(context, from)
  const type = String(head.headers['content-type'] ?? '')
  if (context.streamed && isStreamType(type, from.lane, context)) return peekStream(context, from)
  return readWhole(context, from)
}

/** Answers that are no JSON by nature, and paths that Sidelight does not know. */
function isOpaqueAnswer(context: Context, head: Head): boolean {
  switch (context.operation) {
    case 'other':
    case 'speech':
    case 'transcription':
      return true
    case 'images':
      return String(head.headers['content-type'] ?? '').startsWith('text/event-stream')
    default:
      return false
  }
}

function isStreamType(type: string, lane: Lane, context: Context): boolean {
  if (type.startsWith('text/event-stream') || type.startsWith('application/vnd.amazon.eventstream'))
    return true
  return lane.format === 'gemini' && context.wantsJsonArray && type.startsWith('application/json')
}

async function readRefusal(context: Context, from: HeadAsk): Promise<Outcome> {
  const { head, exchange, lane, attempt } = from
  const collected = await collect(exchange, { bytesMax: errorBytesMax, encoding: encodingOf(head) })
  if (collected.kind === 'failure') return failed(attempt, faultOf(collected, from.deadline))
  const bytes = collected.kind === 'body' ? collected.bytes : Buffer.alloc(0)
  const body = parseAnswer(bytes, true)
  const fault = lane.readFault(head.status, head.headers as Record<string, string | undefined>, body)
  // A page of HTML is no error that a caller's code could read.
  if (isObject(body) || Array.isArray(body))
    context.faultAnswer = { status: head.status, headers: head.rawHeaders, body: bytes, format: lane.format }
  return failed(attempt, fault)
}

async function readWhole(context: Context, from: HeadAsk): Promise<Outcome> {
  const { head, exchange, lane, attempt } = from
  const collected = await collect(exchange, { bytesMax: answerBytesMax, encoding: encodingOf(head) })
  if (collected.kind === 'failure') return failed(attempt, faultOf(collected, from.deadline))
  if (collected.kind === 'too_large') return failed(attempt, invalid('answer_too_large'))
  const json: Json | undefined = parseAnswer(collected.bytes, lane.translates)
  if (json === undefined)
    return failed(attempt, invalid(collected.bytes.length === 0 ? 'empty_answer' : 'invalid_answer'))
  const fault = lane.faultIn(json)
  if (fault !== undefined) return failed(attempt, fault)
  const summary = lane.summarize(json)
  attempt.usage = summary.usage
  attempt.modelReported = summary.model ?? ''
  attempt.finishReason = summary.finishReason ?? ''
  if (
    replacesFiltered(context, from.ask) &&
    isFiltered(lane.eventsOf(parseAnswer(collected.bytes, true) ?? json))
  )
    return failed(attempt, filtered)
  attempt.endedAt = performance.now()
  attempt.firstContentAt = attempt.endedAt
  attempt.outcome = 'answered'
  // Of a large answer only the small fields were read so far.
  if (summary.usage === undefined)
    attempt.deliveredText = lane.contentOf(parseAnswer(collected.bytes, true) ?? json)
  attempt.deliveredChars = attempt.deliveredText.length
  return { kind: 'answered', answer: { kind: 'whole', head, body: collected.bytes, json, lane, attempt } }
}

async function peekStream(context: Context, from: HeadAsk): Promise<Outcome> {
  const { head, exchange, lane, attempt, ask, deadline } = from
  const stream = new AnswerStream(exchange, lane.framer(), lane.streamReader())
  exchange.listen(decoding(encodingOf(head), stream))
  // The head was in time; its first token has a limit of its own, from the start of the attempt.
  if (!ask.isLast)
    deadline.extend(Math.min(ask.candidate.timeouts.firstTokenMs, from.leftMs) - elapsedMs(attempt))
  const fault = await stream.ready(!ask.isLast || ask.untilContent === true)
  attempt.firstContentAt = stream.facts.firstContentAt
  if (fault !== undefined) {
    takeFacts(attempt, stream.facts)
    // A caller that left, or a stream that broke, was not answered, whatever it said last.
    attempt.finishReason = ''
    return failed(attempt, deadline.hasFired ? slow() : fault)
  }
  if (replacesFiltered(context, ask) && beginsFiltered(stream.facts)) {
    takeFacts(attempt, stream.facts)
    exchange.abort(filtered.code)
    return failed(attempt, filtered)
  }
  const { deadlineMs } = ask
  return { kind: 'answered', answer: { kind: 'stream', head, exchange, stream, lane, attempt, deadlineMs } }
}

function encodingOf(head: Head): string | undefined {
  const encoding = head.headers['content-encoding']
  return isDecodable(encoding) ? encoding : undefined
}

function elapsedMs(attempt: Attempt): number {
  return performance.now() - attempt.startedAt
}

const requestIdHeaders = [
  'x-request-id',
  'request-id',
  'x-amzn-requestid',
  'apim-request-id',
  'x-generation-id',
  'cf-ray',
]

function upstreamRequestId(head: Head): string {
  for (const name of requestIdHeaders) {
    const value = head.headers[name]
    if (typeof value === 'string' && value !== '') return value.slice(0, 128)
  }
  return ''
}
