import type { JsonObject } from '../../contract/json.ts'

/**
 * A generation request in no vendor's words. Dialects read a caller's body into it; providers write it in
 * their own format. It is used only when the two differ: within one dialect the caller's bytes go through.
 */
export interface Conversation {
  readonly model: string
  readonly stream: boolean
  /** The caller asked for a usage chunk in its stream (chat `stream_options.include_usage`). */
  readonly wantsStreamUsage: boolean
  /** Instructions that stand before the first turn. */
  readonly system: readonly TextPart[]
  readonly turns: readonly Turn[]
  readonly tools: readonly Tool[]
  readonly toolChoice?: ToolChoice
  readonly parallelToolCalls?: boolean
  readonly output?: OutputFormat
  readonly maxOutputTokens?: number
  readonly sampling: Sampling
  readonly reasoning?: Reasoning
  /** Safety identifier, user or metadata.user_id. */
  readonly endUser?: string
  readonly serviceTier?: string
  readonly metadata?: Readonly<Record<string, string>>
  /** Caller fields that have no place here, by their name on the caller's wire (e.g. `logit_bias`). */
  readonly dropped: readonly string[]
}

export interface Turn {
  /** `system` only for instructions that stand between turns. */
  readonly role: 'user' | 'assistant' | 'system'
  readonly parts: readonly Part[]
  readonly name?: string
}

export type Part =
  | TextPart
  | MediaPart
  | ThinkingPart
  | ToolCallPart
  | ToolResultPart
  | { readonly type: 'refusal'; readonly text: string }

export interface TextPart {
  readonly type: 'text'
  readonly text: string
  readonly cache?: CacheMark
}

/** Everything up to here may be kept in the provider's prompt cache. */
export interface CacheMark {
  readonly ttl?: '5m' | '30m' | '1h'
}

export interface MediaPart {
  readonly type: 'media'
  readonly kind: 'image' | 'document' | 'audio' | 'video'
  readonly source:
    | { readonly from: 'base64'; readonly data: string }
    | { readonly from: 'url'; readonly url: string }
    | { readonly from: 'text'; readonly text: string }
    /** A file the caller uploaded to one vendor; means nothing to another. */
    | { readonly from: 'file'; readonly id: string; readonly vendor: Vendor }
  /** e.g. image/png; audio/wav; unknown for plain URLs. */
  readonly mediaType?: string
  readonly filename?: string
  /** Image detail of the chat format: low, high, auto. */
  readonly detail?: string
  readonly cache?: CacheMark
}

/** Whose signatures and files these are: they are worth something only to their issuer. */
export type Vendor = 'openai' | 'anthropic' | 'google' | 'bedrock' | 'other'

export interface ThinkingPart {
  readonly type: 'thinking'
  readonly text: string
  /** Proof for the issuer that the text is its own (Anthropic signature, OpenAI encrypted_content …). */
  readonly signature?: string
  /** Thinking that came encrypted: no text, only this. */
  readonly redacted?: string
  readonly issuer?: Vendor
  /** OpenAI reasoning item id. */
  readonly id?: string
}

export interface ToolCallPart {
  readonly type: 'tool_call'
  readonly id: string
  readonly name: string
  /** JSON text as the model wrote it; empty means no arguments. */
  readonly arguments: string
  /** Gemini's thoughtSignature on the call. */
  readonly signature?: string
  readonly issuer?: Vendor
  readonly cache?: CacheMark
}

export interface ToolResultPart {
  readonly type: 'tool_result'
  readonly callId: string
  readonly parts: readonly (TextPart | MediaPart)[]
  readonly isError?: boolean
  readonly cache?: CacheMark
}

export interface Tool {
  readonly name: string
  readonly description?: string
  /** JSON schema of the arguments. */
  readonly parameters?: JsonObject
  readonly strict?: boolean
  readonly cache?: CacheMark
}

export type ToolChoice =
  | { readonly type: 'auto' }
  | { readonly type: 'required' }
  | { readonly type: 'none' }
  | { readonly type: 'named'; readonly name: string }
  | { readonly type: 'allowed'; readonly mode: 'auto' | 'required'; readonly names: readonly string[] }

export type OutputFormat =
  | { readonly type: 'json' }
  | {
      readonly type: 'schema'
      readonly name: string
      readonly description?: string
      readonly schema: JsonObject
      readonly strict?: boolean
    }

export interface Sampling {
  readonly temperature?: number
  readonly topP?: number
  readonly topK?: number
  readonly seed?: number
  readonly stop?: readonly string[]
  readonly frequencyPenalty?: number
  readonly presencePenalty?: number
  /** Number of answers asked for. */
  readonly choices?: number
}

export type Effort = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max'

export interface Reasoning {
  /** `off` means switched off on purpose. */
  readonly mode: 'off' | 'on' | 'adaptive'
  readonly effort?: Effort
  readonly budgetTokens?: number
  /** The caller wants to see the thinking (Gemini includeThoughts, Responses summary). */
  readonly visible?: boolean
}
