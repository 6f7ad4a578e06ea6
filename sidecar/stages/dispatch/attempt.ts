import { GatewayError } from '../../../contract/errors.ts'
import type { Json } from '../../../contract/json.ts'
import type { Answer, Attempt, Context } from '../../context.ts'
import type { Fault } from '../../conversation/fault.ts'
import type { Vendor } from '../../conversation/request.ts'
import { rememberProofs, restoreProofs } from '../../conversation/signature-store.ts'
import type { FormatName } from '../../formats/format.ts'
import { createLane } from '../../lanes/create.ts'
import type { Lane } from '../../lanes/lane.ts'
import type { Address, Call, HeaderList } from '../../providers/provider.ts'
import { formatFor } from '../../routing/eligibility.ts'
import type { Candidate } from '../../routing/route.ts'
import type { Services } from '../../services.ts'
import { AnswerStream } from '../../streaming/answer-stream.ts'
import { collect } from '../../upstream/collect.ts'
import { decoding, isDecodable } from '../../upstream/decode.ts'
import { Exchange, type Failure, type Head } from '../../upstream/exchange.ts'
import { headersForProvider } from '../../upstream/headers.ts'
import { bodyFor } from './body.ts'
import { parseAnswer } from './parse-answer.ts'

export type Outcome =
  | { readonly kind: 'answered'; readonly answer: Answer }
  /** `isFree`: nothing was answered on a socket that had gone stale, so the same target is asked once more. */
  | { readonly kind: 'failed'; readonly fault: Fault; readonly isFree: boolean }

export interface AttemptAsk {
  readonly candidate: Candidate
  /** No other candidate is left: a slow answer beats an error. */
  readonly isLast: boolean
  readonly deadlineMs: number
}

/** A whole answer is held before it is passed on, so that a broken one can still be replaced. */
const answerBytesMax = 64 * 1_048_576
const errorBytesMax = 1_048_576

/** One call to one candidate, from the request written for it to the first sign of an answer. */
export async function attemptCall(context: Context, services: Services, ask: AttemptAsk): Promise<Outcome> {
  const { candidate } = ask
  const call = callFor(context, candidate)
  const lane = laneFor(context, services, call, candidate)
  const attempt = openAttempt(context, services, candidate)
  const fault = credentialFault(candidate)
  if (fault !== undefined) return failed(attempt, fault)
  const exchange = await open(context, services, { candidate, call, lane, attempt })
  const deadline = new Deadline(exchange, limitMs(context, services, ask))
  const forgetCaller = context.caller.onGone(() => exchange.abort('aborted'))
  try {
    const head = await exchange.head
    if (head.kind === 'failure')
      return failed(attempt, faultOf(head, deadline), isFreeRetry(head, context, attempt))
    return await readHead(context, { head, exchange, lane, attempt, call, deadline, ask })
  } finally {
    deadline.stop()
    forgetCaller()
  }
}

function callFor(context: Context, candidate: Candidate): Call {
  const format = formatFor(candidate, { operation: context.operation, dialect: context.dialectName })
  if (format === undefined) throw new GatewayError('endpoint_unsupported')
  return {
    settings: candidate.provider.settings,
    operation: context.operation,
    format,
    model: candidate.model,
    stream: context.streamed,
    method: context.req.method ?? 'POST',
    callerPath: context.path,
  }
}

function laneFor(context: Context, services: Services, call: Call, candidate: Candidate): Lane {
  const scope = `${context.callerKey?.name ?? ''}\u0000${context.hints.customer}`
  const lane = createLane({
    candidate,
    call,
    dialect: services.dialects[context.dialectName],
    operation: context.operation,
    body: context.body,
    streamed: context.streamed,
    wantsJsonArray: context.wantsJsonArray,
    pathModel: context.dialectName === 'gemini' ? context.modelAsked : '',
    requestId: context.requestId,
    createdAtMs: context.arrivedMs,
    estimatedInputTokens: context.estimatedInputTokens,
    restore: (conversation) =>
      restoreProofs(conversation, { store: services.signatures, scope, issuer: issuerOf(call.format) }),
    remember: (events) => {
      for (const { toolCallId, proof } of rememberProofs(events))
        services.signatures.remember(scope, toolCallId, proof)
    },
  })
  context.droppedFields = lane.dropped
  return lane
}

const issuers: Readonly<Record<FormatName, Vendor>> = {
  chat: 'other',
  responses: 'openai',
  messages: 'anthropic',
  gemini: 'google',
  converse: 'bedrock',
  cohere: 'other',
}

function issuerOf(format: FormatName): Vendor {
  return issuers[format]
}

function openAttempt(context: Context, services: Services, candidate: Candidate): Attempt {
  const attempt: Attempt = {
    number: context.attempts.length + 1,
    candidate,
    startedMs: services.nowMs(),
    startedAt: performance.now(),
    endedAt: undefined,
    outcome: '',
    httpStatus: 0,
    errorCode: '',
    upstreamRequestId: '',
    firstContentAt: undefined,
    usage: undefined,
    usageSource: '',
    modelReported: '',
    finishReason: '',
    deliveredChars: 0,
    trace: undefined,
  }
  context.askedAt ??= attempt.startedAt
  context.attempts.push(attempt)
  return attempt
}

/** A key that the configuration names must be there; sending without it would only earn a 401 elsewhere. */
function credentialFault(candidate: Candidate): Fault | undefined {
  const { settings } = candidate.provider
  if (!settings.keyRequired || settings.key !== undefined || settings.auth === 'forward') return undefined
  return {
    class: 'credentials',
    status: 0,
    code: 'provider_key_missing',
    message: `the variable ${settings.keyEnv} is not set in the environment of Sidelight`,
  }
}

async function open(
  context: Context,
  services: Services,
  from: { candidate: Candidate; call: Call; lane: Lane; attempt: Attempt },
): Promise<Exchange> {
  const { candidate, call, lane, attempt } = from
  const { settings, provider } = candidate.provider
  const address = provider.address(call)
  const { body, length } = bodyFor(context, lane)
  const signing = provider.sign({
    call,
    address,
    body: Buffer.isBuffer(body) ? body : undefined,
    nowMs: services.nowMs(),
  })
  const signed = withoutCallersOwn(Array.isArray(signing) ? signing : await signing, context, call)
  const isOpaque = body !== undefined && !Buffer.isBuffer(body)
  const headers = upstreamHeaders(context, { call, signed, isOpaque, lane, address })
  if (length !== undefined) headers.push('content-length', String(length))
  attempt.trace = context.trace?.startAttempt({
    provider: settings.name,
    kind: settings.kind,
    model: candidate.model,
    operation: call.operation,
  })
  attempt.trace?.inject(headers)
  const pool = services.pools.get(address.origin, candidate.timeouts.connectMs)
  return new Exchange(pool, { method: call.method, path: address.path, headers, body })
}

/** A caller of the same API states its own version of it; ours is for callers of another. */
function withoutCallersOwn(signed: HeaderList, context: Context, call: Call): HeaderList {
  const at = signed.indexOf('anthropic-version')
  if (at < 0 || call.format !== context.dialectName || context.req.headers['anthropic-version'] === undefined)
    return signed
  return signed.toSpliced(at, 2)
}

function upstreamHeaders(
  context: Context,
  from: { call: Call; signed: HeaderList; isOpaque: boolean; lane: Lane; address: Address },
): string[] {
  const { call, signed } = from
  const translated = call.operation === 'generate' && call.format !== context.dialectName
  const replaced = new Set<string>()
  for (let index = 0; index < signed.length; index += 2) replaced.add((signed[index] ?? '').toLowerCase())
  for (const name in call.settings.headers) replaced.add(name.toLowerCase())
  if (from.lane.body !== undefined) replaced.add('content-type')
  const headers = headersForProvider(context.req.rawHeaders, {
    forwardCredentials: call.settings.auth === 'forward',
    translated,
    replaced,
    opaque: from.isOpaque || call.operation === 'other',
  })
  if (from.lane.body !== undefined) headers.push('content-type', 'application/json')
  headers.push(...signed)
  for (const [name, value] of Object.entries(call.settings.headers)) headers.push(name, value)
  return headers
}

/** What this phase of the attempt may take. */
function limitMs(context: Context, services: Services, ask: AttemptAsk): number {
  const { timeouts } = ask.candidate
  const leftMs = Math.max(1, ask.deadlineMs - services.nowMs())
  if (ask.isLast) return leftMs
  if (!context.streamed) return Math.min(leftMs, timeouts.attemptMs)
  return Math.min(leftMs, timeouts.headersMs, timeouts.firstTokenMs)
}

interface HeadAsk {
  readonly head: Head
  readonly exchange: Exchange
  readonly lane: Lane
  readonly attempt: Attempt
  readonly call: Call
  readonly deadline: Deadline
  readonly ask: AttemptAsk
}

async function readHead(context: Context, from: HeadAsk): Promise<Outcome> {
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
  const fault = lane.readFault(
    head.status,
    head.headers as Record<string, string | undefined>,
    parseAnswer(bytes, true),
  )
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
  attempt.endedAt = performance.now()
  attempt.firstContentAt = attempt.endedAt
  attempt.outcome = 'answered'
  attempt.usage = summary.usage
  attempt.modelReported = summary.model ?? ''
  attempt.finishReason = summary.finishReason ?? ''
  return { kind: 'answered', answer: { kind: 'whole', head, body: collected.bytes, json, lane, attempt } }
}

async function peekStream(context: Context, from: HeadAsk): Promise<Outcome> {
  const { head, exchange, lane, attempt, ask, deadline } = from
  const stream = new AnswerStream(exchange, lane.framer(), lane.streamReader())
  exchange.listen(decoding(encodingOf(head), stream))
  // The head was in time; its first token has a limit of its own, from the start of the attempt.
  if (!ask.isLast)
    deadline.extend(
      Math.min(ask.candidate.timeouts.firstTokenMs, ask.candidate.timeouts.totalMs) - elapsedMs(attempt),
    )
  const fault = await stream.ready(!ask.isLast)
  if (fault !== undefined) return failed(attempt, deadline.hasFired ? slow() : fault)
  return { kind: 'answered', answer: { kind: 'stream', head, exchange, stream, lane, attempt } }
}

function failed(attempt: Attempt, fault: Fault, isFree = false): Outcome {
  attempt.endedAt = performance.now()
  attempt.outcome = fault.class
  attempt.errorCode = fault.code
  return { kind: 'failed', fault, isFree }
}

function isFreeRetry(head: Failure, context: Context, attempt: Attempt): boolean {
  const before = context.attempts.at(-2)
  const wasFree =
    before !== undefined && before.candidate === attempt.candidate && before.errorCode === 'stale_socket'
  if (!head.staleSocket || wasFree || (context.body === undefined && context.req.method !== 'GET'))
    return false
  attempt.errorCode = 'stale_socket'
  return true
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

/** The one timer of an attempt. */
class Deadline {
  #timer: NodeJS.Timeout | undefined
  readonly #exchange: Exchange
  hasFired = false

  constructor(exchange: Exchange, ms: number) {
    this.#exchange = exchange
    this.extend(ms)
  }

  extend(ms: number): void {
    clearTimeout(this.#timer)
    if (!Number.isFinite(ms)) return
    this.#timer = setTimeout(
      () => {
        this.hasFired = true
        this.#exchange.abort('timeout')
      },
      Math.max(1, ms),
    )
  }

  stop(): void {
    clearTimeout(this.#timer)
  }
}
