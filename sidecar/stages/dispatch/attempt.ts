import { isObject, type Json } from '../../../contract/json.ts'
import { Upload } from '../../body/upload.ts'
import type { Answer, Attempt, Context } from '../../context.ts'
import type { Fault } from '../../conversation/fault.ts'
import type { Lane } from '../../lanes/lane.ts'
import type { ProviderTarget } from '../../routing/route.ts'
import type { Services } from '../../services.ts'
import { AnswerStream } from '../../streaming/answer-stream.ts'
import { collect } from '../../upstream/collect.ts'
import { decoding, isDecodable } from '../../upstream/decode.ts'
import type { Exchange, Failure, Head } from '../../upstream/exchange.ts'
import { bodyFor, type OutgoingBody } from './body.ts'
import { Deadline } from './deadline.ts'
import { openExchange } from './open.ts'
import { parseAnswer } from './parse-answer.ts'
import type { Prepared } from './prepare.ts'

export type Outcome =
  | { readonly kind: 'answered'; readonly answer: Answer }
  /** `isFree`: nothing was answered on a socket that had gone stale, so the same target is asked once more. */
  | { readonly kind: 'failed'; readonly fault: Fault; readonly isFree: boolean }

export interface AttemptAsk extends Prepared {
  /** No other candidate is left: a slow answer beats an error. */
  readonly isLast: boolean
  /** On a connection of its own: the one before had gone stale. */
  readonly isFresh: boolean
  readonly deadlineMs: number
}

/** A whole answer is held before it is passed on, so that a broken one can still be replaced. */
const answerBytesMax = 64 * 1_048_576
const errorBytesMax = 1_048_576

/** One call to one candidate, from the request written for it to the first sign of an answer. */
export async function attemptCall(context: Context, services: Services, ask: AttemptAsk): Promise<Outcome> {
  const { candidate, lane } = ask
  context.droppedFields = lane.dropped
  context.faultAnswer = undefined
  const attempt = openAttempt(context, services, ask)
  const fault = credentialFault(ask.trial.target)
  if (fault !== undefined) return failed(attempt, fault)
  const outgoing = bodyFor(context, lane, candidate.model === context.modelAsked ? '' : candidate.model)
  const opening = openExchange(context, services, { ...ask, attempt, outgoing })
  const opened = opening instanceof Promise ? await opening : opening
  if (opened.kind === 'fault') return failed(attempt, opened.fault)
  const { exchange } = opened
  const leftMs = Math.max(1, ask.deadlineMs - services.nowMs())
  const deadline = new Deadline(services.waits, exchange, limitMs(context, ask, leftMs))
  const forgetCaller = context.caller.onGone(() => exchange.abort('aborted'))
  try {
    const head = await exchange.head
    attempt.wasSent = exchange.isStarted
    const outcome =
      head.kind === 'failure'
        ? readFailure(head, { attempt, deadline, context, ask })
        : await readHead(context, { head, exchange, lane, attempt, deadline, leftMs, ask })
    if (outcome.kind === 'failed') throwIfBroken(outgoing, attempt)
    return outcome
  } finally {
    deadline.stop()
    forgetCaller()
  }
}

/** A body that broke on its way in says nothing about the provider it was meant for. */
function throwIfBroken({ body }: OutgoingBody, attempt: Attempt): void {
  if (!(body instanceof Upload) || body.broken === undefined) return
  attempt.outcome = 'aborted'
  attempt.errorCode = body.broken.code
  throw body.broken
}

function openAttempt(context: Context, services: Services, { candidate, trial }: Prepared): Attempt {
  const attempt: Attempt = {
    number: context.attempts.length + 1,
    candidate,
    target: trial.target,
    trial,
    startedMs: services.nowMs(),
    startedAt: performance.now(),
    endedAt: undefined,
    outcome: '',
    httpStatus: 0,
    errorCode: '',
    upstreamRequestId: '',
    firstContentAt: undefined,
    usage: undefined,
    priced: undefined,
    usageSource: '',
    modelReported: '',
    finishReason: '',
    wasSent: false,
    isUnknown: false,
    deliveredChars: 0,
    deliveredText: '',
    trace: undefined,
  }
  context.askedAt ??= attempt.startedAt
  context.attempts.push(attempt)
  return attempt
}

/** A key that the configuration names must be there; sending without it would only earn a 401 elsewhere. */
function credentialFault({ hasKey, settings }: ProviderTarget): Fault | undefined {
  if (hasKey) return undefined
  return {
    class: 'credentials',
    status: 0,
    code: 'provider_key_missing',
    message: `the variable ${settings.keyEnv} is not set in the environment of Sidelight`,
  }
}

/** What this phase of the attempt may take. */
function limitMs(context: Context, ask: AttemptAsk, leftMs: number): number {
  const { timeouts } = ask.candidate
  if (ask.isLast) return leftMs
  if (!context.streamed) return Math.min(leftMs, timeouts.attemptMs)
  return Math.min(leftMs, timeouts.headersMs, timeouts.firstTokenMs)
}

interface HeadAsk {
  readonly head: Head
  readonly exchange: Exchange
  readonly lane: Lane
  readonly attempt: Attempt
  readonly deadline: Deadline
  /** Until the whole request is over, from the start of the attempt. */
  readonly leftMs: number
  readonly ask: AttemptAsk
}

function readHead(context: Context, from: HeadAsk): Outcome | Promise<Outcome> {
  const { head, attempt, exchange } = from
  attempt.httpStatus = head.status
  attempt.upstreamRequestId = upstreamRequestId(head)
  const opaque = isOpaqueAnswer(context, head)
  if (opaque && (head.status < 400 || context.operation === 'other')) {
    return { kind: 'answered', answer: { kind: 'opaque', head, exchange, attempt, lane: from.lane } }
  }
  if (head.status < 200 || head.status >= 300) return readRefusal(context, from)
  const type = String(head.headers['content-type'] ?? '')
  if (context.streamed && isStreamType(type, from.lane, context)) return peekStream(from)
  return readWhole(from)
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

async function readWhole(from: HeadAsk): Promise<Outcome> {
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
  attempt.endedAt = performance.now()
  attempt.firstContentAt = attempt.endedAt
  attempt.outcome = 'answered'
  attempt.usage = summary.usage
  attempt.modelReported = summary.model ?? ''
  attempt.finishReason = summary.finishReason ?? ''
  // Of a large answer only the small fields were read so far.
  if (summary.usage === undefined)
    attempt.deliveredText = lane.contentOf(parseAnswer(collected.bytes, true) ?? json)
  attempt.deliveredChars = attempt.deliveredText.length
  return { kind: 'answered', answer: { kind: 'whole', head, body: collected.bytes, json, lane, attempt } }
}

async function peekStream(from: HeadAsk): Promise<Outcome> {
  const { head, exchange, lane, attempt, ask, deadline } = from
  const stream = new AnswerStream(exchange, lane.framer(), lane.streamReader())
  exchange.listen(decoding(encodingOf(head), stream))
  // The head was in time; its first token has a limit of its own, from the start of the attempt.
  if (!ask.isLast)
    deadline.extend(Math.min(ask.candidate.timeouts.firstTokenMs, from.leftMs) - elapsedMs(attempt))
  const fault = await stream.ready(!ask.isLast)
  if (fault !== undefined) {
    // What it said so far counts: a caller that leaves now has used it.
    attempt.usage = stream.facts.usage
    attempt.modelReported = stream.facts.model
    attempt.firstContentAt = stream.facts.firstContentAt
    attempt.deliveredChars = stream.facts.contentChars
    attempt.deliveredText = stream.facts.content
    return failed(attempt, deadline.hasFired ? slow() : fault)
  }
  const { deadlineMs } = ask
  return { kind: 'answered', answer: { kind: 'stream', head, exchange, stream, lane, attempt, deadlineMs } }
}

function failed(attempt: Attempt, fault: Fault): Outcome & { kind: 'failed' } {
  attempt.endedAt = performance.now()
  attempt.outcome = fault.class
  attempt.errorCode = fault.code
  return { kind: 'failed', fault, isFree: false }
}

function readFailure(
  failure: Failure,
  from: { attempt: Attempt; deadline: Deadline; context: Context; ask: AttemptAsk },
): Outcome {
  const { attempt, deadline, context, ask } = from
  const outcome = failed(attempt, faultOf(failure, deadline))
  // Once only, and only what can be sent again: a second stale socket is an outage like any other.
  if (!failure.staleSocket || ask.isFresh || context.body === undefined) return outcome
  attempt.errorCode = 'stale_socket'
  return { ...outcome, isFree: true }
}

function faultOf(failure: Failure, deadline: Deadline): Fault {
  if (deadline.hasFired) return slow()
  if (failure.code === 'aborted')
    return { class: 'aborted', status: 0, code: 'aborted', message: 'the caller left' }
  return { class: 'outage', status: 0, code: failure.code, message: 'the provider could not be reached' }
}

function slow(): Fault {
  return { class: 'slow', status: 0, code: 'timeout', message: 'the provider did not answer in time' }
}

function invalid(code: string): Fault {
  return {
    class: 'outage',
    status: 200,
    code,
    message: 'the provider answered something that is not an answer',
  }
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
