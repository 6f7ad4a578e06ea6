import type { JsonObject } from '../../contract/json.ts'
import type { Conversation, Vendor } from '../conversation/request.ts'
import { type CallProof, restoreProofs } from '../conversation/signature-store.ts'
import { readCompletionsRequest } from '../dialects/completions/completions.ts'
import type { DialectName } from '../dialects/dialect.ts'
import { dialects } from '../dialects/registry.ts'
import type { FormatName, Target } from '../formats/format.ts'
import { formats } from '../formats/registry.ts'
import { markPrefill } from '../recovery/continued-body.ts'

/** Whose words a body is in. */
export interface ReadAsk {
  readonly caller: DialectName | 'completions'
  readonly path: { readonly model?: string; readonly stream: boolean }
}

/** What must be known to write one caller's request for one provider. Plain data: it may cross to a worker. */
export interface TranslationAsk extends ReadAsk {
  readonly format: FormatName
  readonly target: Target
  readonly params: Readonly<Record<string, unknown>> | undefined
  /** The last turn is the start of the answer. */
  readonly isPrefill: boolean
}

export interface Translation {
  readonly bytes: Buffer
  readonly dropped: readonly string[]
  /** What answers are written with: the request as read, its turns left out where they were heavy. */
  readonly conversation: Conversation
  readonly body: JsonObject
}

export function readConversation(ask: ReadAsk, body: JsonObject): Conversation {
  return ask.caller === 'completions'
    ? readCompletionsRequest(body)
    : dialects[ask.caller].readRequest(body, ask.path)
}

export function writeConversation(
  ask: TranslationAsk,
  conversation: Conversation,
): { text: string; dropped: readonly string[] } {
  const { target, params } = ask
  const written = formats[ask.format].writeRequest({ ...conversation, model: target.model }, target)
  const marked = ask.isPrefill ? markPrefill(written.body, ask.format, target.quirks) : written.body
  const body = params === undefined ? marked : { ...marked, ...params }
  return { text: JSON.stringify(body), dropped: [...new Set([...conversation.dropped, ...written.dropped])] }
}

/** Puts back the proofs that the caller left out, as far as they are the provider's own. */
export function withProofs(
  conversation: Conversation,
  format: FormatName,
  recall: (toolCallId: string) => CallProof | undefined,
): Conversation {
  const store = { recall: (_scope: string, toolCallId: string) => recall(toolCallId) }
  return restoreProofs(conversation, { store, scope: '', issuer: issuers[format] })
}

const issuers: Readonly<Record<FormatName, Vendor>> = {
  chat: 'other',
  responses: 'openai',
  messages: 'anthropic',
  gemini: 'google',
  converse: 'bedrock',
  cohere: 'other',
}

/** Tool calls of earlier turns: those that may have a proof. */
export function callIds(conversation: Conversation): string[] {
  return conversation.turns.flatMap((turn) =>
    turn.role === 'assistant'
      ? turn.parts.flatMap((part) => (part.type === 'tool_call' ? [part.id] : []))
      : [],
  )
}
