import type { JsonObject } from '../../../contract/json.ts'
import type { AnswerEvent, FinishReason } from '../../conversation/answer.ts'
import type { ThinkingPart } from '../../conversation/request.ts'
import type { AnswerFrame } from '../dialect.ts'

export type ToolCallEvent = Extract<AnswerEvent, { type: 'tool_call' }>
export type ProofEvent = Extract<AnswerEvent, { type: 'thinking_proof' }>
export type MediaEvent = Extract<AnswerEvent, { type: 'media' }>
export type FinishEvent = Extract<AnswerEvent, { type: 'finish' }>

export interface AnswerHead {
  readonly id: string
  readonly created: number
  readonly model: string
}

export function answerHead(frame: AnswerFrame, start: AnswerEvent | undefined): AnswerHead {
  const told = start?.type === 'start' ? start : undefined
  return {
    id: told?.id || `chatcmpl-${frame.requestId}`,
    created: told?.createdAt ?? Math.floor(frame.createdAtMs / 1000),
    model: frame.model,
  }
}

/** Callers that sent `functions` and no `tools` know only the single `function_call` in the answer. */
export function speaksFunctions(frame: AnswerFrame): boolean {
  return Array.isArray(frame.body['functions']) && frame.body['tools'] === undefined
}

const finishWords: Readonly<Record<FinishReason, string>> = {
  stop: 'stop',
  length: 'length',
  tool_calls: 'tool_calls',
  content_filter: 'content_filter',
  // The provider would go on if asked again; the native word beside it says so.
  pause: 'stop',
}

export function finishFields(finish: FinishEvent, asFunctions: boolean): JsonObject {
  const reason = finishWords[finish.reason]
  const native = finish.raw !== reason && finish.raw !== '' ? { native_finish_reason: finish.raw } : {}
  const isFunctionCall = asFunctions && reason === 'tool_calls'
  return { finish_reason: isFunctionCall ? 'function_call' : reason, ...native }
}

export function toolCallHead(call: ToolCallEvent): JsonObject {
  // Signatures of other vendors have no place on this wire; only Google's must come back with the call.
  const isGoogle = call.signature !== undefined && call.issuer === 'google'
  return {
    id: call.id,
    type: 'function',
    ...(isGoogle ? { extra_content: { google: { thought_signature: call.signature } } } : {}),
  }
}

/** The block a proof closes; redacted thinking stands alone and has no text. */
export function provenBlock(proof: ProofEvent, text: string): ThinkingPart {
  return {
    type: 'thinking',
    text: proof.redacted === undefined ? text : '',
    issuer: proof.issuer,
    ...(proof.signature === undefined ? {} : { signature: proof.signature }),
    ...(proof.redacted === undefined ? {} : { redacted: proof.redacted }),
    ...(proof.id === undefined ? {} : { id: proof.id }),
  }
}

/**
 * Media a model made. OpenAI's chat answer has a place for sound (`audio`) and none for images; `images`
 * is where OpenRouter and others put them.
 */
export function imageEntry(media: MediaEvent, index: number): JsonObject {
  return { type: 'image_url', index, image_url: { url: `data:${media.mediaType};base64,${media.data}` } }
}

export function isAudio(media: MediaEvent): boolean {
  return media.mediaType.startsWith('audio/')
}
