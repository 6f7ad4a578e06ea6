import { GatewayError } from '../../contract/errors.ts'
import { booleanAt, isObject, type Json, type JsonObject } from '../../contract/json.ts'
import type { JsonBody } from '../body/json-body.ts'
import type { AnswerEvent } from '../conversation/answer.ts'
import type { StreamPosition } from '../conversation/position.ts'
import type { CallProof } from '../conversation/signature-store.ts'
import { completionsWriter } from '../dialects/completions/completions.ts'
import type { AnswerFrame, Dialect, DialectName } from '../dialects/dialect.ts'
import { jsonArrayWriter } from '../dialects/gemini/stream.ts'
import { foreignProofMark } from '../dialects/responses/proof.ts'
import { adaptChat } from '../formats/chat/adapt.ts'
import type { Format, FormatName } from '../formats/format.ts'
import type { BodyEdit, Call, Operation } from '../providers/provider.ts'
import type { Delivered } from '../recovery/delivered.ts'
import type { Candidate } from '../routing/route.ts'
import { codecLane } from './codec.ts'
import { askToGoOn, type GoingOn } from './going-on.ts'
import { type HeavyTranslator, heavyBytesMin } from './heavy.ts'
import type { Lane, StreamTranslator } from './lane.ts'
import { PassLane } from './pass.ts'
import { impliedUsage, summarizerFor } from './summaries.ts'
import { remembering, streamText, translateLane } from './translate.ts'
import {
  readConversation,
  type Translation,
  type TranslationAsk,
  withProofs,
  writeConversation,
} from './translation.ts'

export interface LaneAsk {
  readonly candidate: Candidate
  readonly call: Call
  readonly dialect: Dialect
  readonly operation: Operation
  readonly body: JsonBody | undefined
  readonly streamed: boolean
  readonly wantsJsonArray: boolean
  /** Model name of a path that carries it. */
  readonly pathModel: string
  readonly requestId: string
  readonly createdAtMs: number
  readonly estimatedInputTokens: number
  /** What the provider needs to see again (signatures): recalled for requests, remembered from answers. */
  readonly recall: (toolCallId: string) => CallProof | undefined
  readonly remember: (events: readonly AnswerEvent[]) => void
  readonly heavy: HeavyTranslator
  /** What the caller has of the answer already, when the candidate is to go on with it. */
  readonly continues: Delivered | undefined
}

/** The lane between this caller and this candidate. A promise where the body is too heavy for the event loop. */
export function createLane(asked: LaneAsk): Lane | Promise<Lane> {
  const { candidate, call } = asked
  const format = candidate.provider.formats[call.format]
  const ask = askToGoOn(asked, format)
  if (speaksAsCaller(ask, call.format)) return createPassLane(ask, format)
  const { body } = ask
  if (body === undefined) throw new GatewayError('endpoint_unsupported')
  if (ask.operation === 'generate' || ask.operation === 'completions')
    return createTranslateLane(ask, format, body)
  return codecLane({
    operation: ask.operation,
    dialect: ask.dialect.name,
    format: call.format,
    body: body.parse(),
    candidate,
    requestId: ask.requestId,
    path: call.callerPath,
  })
}

/** Besides generation, what OpenAI's paths take is the "chat" wire: only other vendors need a translation. */
function speaksAsCaller(ask: LaneAsk, format: FormatName): boolean {
  if (ask.operation === 'completions') return ask.call.operation === 'completions'
  return format === ask.dialect.name && !carriesForeignProof(ask)
}

/**
 * Proofs of one vendor's thinking travel to callers of another dialect inside the place that dialect has for
 * its own. A body that brings one back must be rewritten: its own vendor would refuse what it did not sign.
 */
const foreignProofs: Readonly<Partial<Record<DialectName, string>>> = {
  responses: foreignProofMark,
  // `sidelight` in base64.
  messages: 'c2lkZWxpZ2h0',
  gemini: 'c2lkZWxpZ2h0',
}

function carriesForeignProof(ask: LaneAsk): boolean {
  const mark = foreignProofs[ask.dialect.name]
  return ask.operation === 'generate' && mark !== undefined && ask.body?.bytes.includes(mark) === true
}

function createPassLane(ask: GoingOn, format: Format): Lane {
  const { candidate, call, body } = ask
  const edits: BodyEdit[] = []
  let dropped: readonly string[] = []
  if (body !== undefined) {
    if (body.has('model') && body.string('model') !== call.model)
      edits.push({ set: 'model', json: JSON.stringify(call.model) })
    edits.push(...(candidate.provider.provider.bodyEdits?.(call) ?? []))
    if (format.name === 'chat') {
      const adapted = adaptChat(body, candidate.target.quirks)
      edits.push(...adapted.edits)
      dropped = adapted.dropped
    }
    for (const [key, value] of Object.entries(candidate.params ?? {}))
      edits.push({ set: key, json: JSON.stringify(value) })
  }
  const usageEdit = body === undefined ? undefined : usageOption(ask, format, body)
  if (usageEdit !== undefined) edits.push(usageEdit)
  const { quirks } = candidate.target
  const summarize = summarizerFor({
    operation: ask.operation,
    method: call.method,
    path: call.callerPath,
    format: format.name,
    body,
    own: (answer) => format.summarize(answer, quirks),
  })
  return new PassLane({
    format,
    quirks,
    body: body?.editedPieces(edits),
    dropped,
    addedUsage: usageEdit !== undefined,
    jsonArray: ask.dialect.name === 'gemini' && ask.wantsJsonArray,
    impliedUsage: impliedUsage(ask.operation, body),
    summarize,
    streamOf: (answer) => passedStream(ask, format, answer),
    isPrefilled: ask.isPrefill === true,
    resume: (at) => resumedStream(ask, format, at),
  })
}

/** A whole answer where a stream was promised: the format's own reader and the dialect's own writer know it. */
function passedStream(ask: GoingOn, format: Format, answer: Json): string | undefined {
  if (ask.operation !== 'generate' || ask.body === undefined) return undefined
  const { quirks } = ask.candidate.target
  try {
    const body = ask.body.parse()
    const conversation = readConversation(translationAsk(ask, format), body)
    const writer = ask.dialect.streamWriter(answerFrame(ask, { conversation, body }))
    return streamText(writer, format.readAnswer(answer, quirks))
  } catch {
    return undefined
  }
}

/** The rest of a stream whose beginning was passed on as its provider wrote it. */
function resumedStream(ask: GoingOn, format: Format, at: StreamPosition): StreamTranslator | undefined {
  if (ask.operation !== 'generate' || ask.body === undefined || at.start === undefined) return undefined
  try {
    const body = ask.body.parse()
    const conversation = readConversation(translationAsk(ask, format), body)
    const writer = ask.dialect.streamWriter(answerFrame(ask, { conversation, body }), at)
    return remembering(ask.wantsJsonArray ? jsonArrayWriter(writer, true) : writer, ask.remember)
  } catch {
    return undefined
  }
}

/** Chat streams state their usage only when asked to, and without it the record would hold a guess. */
function usageOption(ask: LaneAsk, format: Format, body: JsonBody): BodyEdit | undefined {
  const isChatStream =
    format.name === 'chat' &&
    ask.streamed &&
    (ask.operation === 'generate' || ask.operation === 'completions')
  if (!isChatStream || !ask.candidate.target.quirks.streamOptions) return undefined
  const own = body.has('stream_options') ? body.get('stream_options') : undefined
  if (booleanAt(own, 'include_usage') === true) return undefined
  const options: JsonObject = { ...(isObject(own) ? own : {}), include_usage: true }
  return { set: 'stream_options', json: JSON.stringify(options) }
}

function createTranslateLane(ask: GoingOn, format: Format, body: JsonBody): Lane | Promise<Lane> {
  const to = translationAsk(ask, format)
  if (body.bytes.length >= heavyBytesMin) {
    return ask.heavy
      .translate(to, body.bytes, ask.recall)
      .then((translation) => laneOf(ask, format, translation))
  }
  const parsed = body.parse()
  const conversation = withProofs(readConversation(to, parsed), format.name, ask.recall)
  const { text, dropped } = writeConversation(to, conversation)
  return laneOf(ask, format, { bytes: Buffer.from(text), dropped, conversation, body: parsed })
}

function translationAsk(ask: GoingOn, format: Format): TranslationAsk {
  return {
    caller: ask.operation === 'completions' ? 'completions' : ask.dialect.name,
    format: format.name,
    path: { ...(ask.pathModel === '' ? {} : { model: ask.pathModel }), stream: ask.streamed },
    target: ask.candidate.target,
    params: ask.candidate.params,
    isPrefill: ask.isPrefill === true,
  }
}

function laneOf(ask: GoingOn, format: Format, translation: Translation): Lane {
  return translateLane({
    format,
    target: ask.candidate.target,
    translation,
    writer: ask.operation === 'completions' ? completionsWriter : ask.dialect,
    frame: answerFrame(ask, translation),
    jsonArray: ask.wantsJsonArray,
    // Google's own path goes up as the caller wrote it, so the answer comes in the form it asked for.
    isJsonArray: ask.wantsJsonArray && format.name === ask.dialect.name,
    isPrefilled: ask.isPrefill === true,
    remember: ask.remember,
  })
}

function answerFrame(ask: LaneAsk, from: Pick<Translation, 'conversation' | 'body'>): AnswerFrame {
  return {
    requestId: ask.requestId,
    model: ask.call.model,
    createdAtMs: ask.createdAtMs,
    wantsStreamUsage: from.conversation.wantsStreamUsage,
    request: from.conversation,
    body: from.body,
    estimatedInputTokens: ask.estimatedInputTokens,
  }
}
