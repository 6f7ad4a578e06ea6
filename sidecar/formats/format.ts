import type { Json, JsonObject } from '../../contract/json.ts'
import type { Usage } from '../../contract/usage.ts'
import type { AnswerEvent } from '../conversation/answer.ts'
import type { Fault } from '../conversation/fault.ts'
import type { WirePosition } from '../conversation/position.ts'
import type { Conversation } from '../conversation/request.ts'
import type { Frame } from '../streaming/frame.ts'

export type FormatName = 'chat' | 'responses' | 'messages' | 'gemini' | 'converse' | 'cohere'

/** What is known of the model and host a request is written for. */
export interface Target {
  readonly model: string
  /** From the price catalog; absent when the model is unknown there. */
  readonly maxOutputTokens?: number
  readonly capabilities: readonly string[]
  /** The model refuses temperature, top_p and top_k. */
  readonly noSampling: boolean
  /** Deviations of an OpenAI-compatible host, a row of its table. */
  readonly quirks: HostQuirks
}

/** One row of the table of OpenAI-compatible hosts: what differs from OpenAI itself. */
export interface HostQuirks {
  readonly maxField: 'max_tokens' | 'max_completion_tokens'
  readonly developerRole: boolean
  /** How reasoning is asked for. */
  readonly reasoning:
    | 'effort'
    | 'thinking_type'
    | 'enable_thinking'
    | 'enabled_object'
    | 'effort_object'
    | 'template_kwargs'
    | 'think'
    | 'none'
  readonly streamOptions: boolean
  readonly strictTools: boolean
  readonly store: boolean
  /** xAI chat states reasoning tokens outside completion tokens. */
  readonly reasoningOutsideCompletion: boolean
  /** Tool call ids must be nine alphanumerics (Mistral). */
  readonly shortToolIds: boolean
  /** The name of `seed` on this host. */
  readonly seedField: 'seed' | 'random_seed'
  /** The host also serves /responses in OpenAI's format. */
  readonly responses: boolean
  /** The host takes `max_tokens` and `max_completion_tokens` alike; absent means only `maxField`. */
  readonly bothMaxFields?: boolean
  /** False where only `json_object` is understood; the schema then goes into the instructions. */
  readonly jsonSchema?: boolean
  /** The host takes `top_k`. */
  readonly topK?: boolean
  /** `reasoning_effort` may stand beside `thinking{type}`. */
  readonly effortBeside?: boolean
  /** Where the end user is named; absent where the host takes no such field. */
  readonly endUserField?: 'user' | 'safety_identifier'
  /** How the thinking of earlier turns is sent back; absent where it must stay out. */
  readonly thinkingBack?: 'reasoning_content' | 'reasoning' | 'reasoning_details' | 'thinking_parts'
  /** How cache breakpoints are marked; absent where the host caches by itself or refuses the mark. */
  readonly cacheMarks?: 'cache_control' | 'prompt_cache_breakpoint'
  /** Service tiers the host knows; absent where it has none. */
  readonly serviceTiers?: readonly string[]
  /** How the host is told to go on with the assistant's last message; absent where it would begin another. */
  readonly prefill?: 'prefix' | 'partial' | 'continue_final_message'
}

export interface WrittenRequest {
  readonly body: JsonObject
  /** Neutral fields this format cannot express, by the caller-facing name (e.g. `seed`, `logit_bias`). */
  readonly dropped: readonly string[]
}

/** What a whole answer says about itself, read without looking at its content. */
export interface AnswerSummary {
  readonly model?: string
  readonly responseId?: string
  readonly finishReason?: string
  readonly usage?: Usage
}

/** Reads the frames of one answer stream. One per stream; keeps its own state. */
export interface AnswerStreamReader {
  /** `unreadable` for what should be an event and is none. */
  onFrame(frame: Frame): readonly AnswerEvent[]
  /** Where the stream stands after the frames read; formats that number and close nothing have no place. */
  position?(): WirePosition | undefined
}

export type Headers = Readonly<Record<string, string | undefined>>

/** How a provider's generation endpoint speaks. Pure: bodies in, bodies out. */
export interface Format {
  readonly name: FormatName
  readonly framing: 'sse' | 'eventstream'
  /** Throws GatewayError('untranslatable') for what must not be dropped in silence. */
  writeRequest(conversation: Conversation, target: Target): WrittenRequest
  readAnswer(body: Json, quirks: HostQuirks): readonly AnswerEvent[]
  /** The same facts as readAnswer's start, finish and usage, without touching content: the hot path. */
  summarize(body: Json, quirks: HostQuirks): AnswerSummary
  /** An error body inside a 200, when the answer is one. */
  faultIn(body: Json): Fault | undefined
  streamReader(quirks: HostQuirks): AnswerStreamReader
  /** Classifies a non-2xx answer; `body` is undefined when it is not JSON. Codes decide, never texts. */
  readFault(status: number, headers: Headers, body: Json | undefined): Fault
}
