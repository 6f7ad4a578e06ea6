import type { Usage } from '../../contract/usage.ts'

export interface EmbeddingRequest {
  readonly model: string
  /** Texts, or token ids for the vendors that take them. */
  readonly inputs: readonly (string | readonly number[])[]
  readonly dimensions?: number
  /** How the caller wants its vectors; OpenAI's SDKs ask for base64 (little-endian float32). */
  readonly encoding: 'float' | 'base64'
  /** Gemini taskType or Cohere input_type, in Gemini's words (RETRIEVAL_QUERY …). */
  readonly task?: string
  readonly title?: string
  readonly endUser?: string
  readonly dropped: readonly string[]
}

export interface EmbeddingAnswer {
  readonly model?: string
  readonly id?: string
  readonly vectors: readonly (readonly number[])[]
  readonly usage?: Usage
}
