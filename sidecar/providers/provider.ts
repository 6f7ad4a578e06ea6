import type { operations, ProviderKind } from '../../contract/config/names.ts'
import type { DialectName } from '../dialects/dialect.ts'
import type { FormatName, HostQuirks } from '../formats/format.ts'

export type { ProviderKind }

export type Operation = (typeof operations)[number]

/** A provider of the configuration, resolved: secrets read from the environment, defaults filled in. */
export interface ProviderSettings {
  readonly name: string
  readonly kind: ProviderKind
  /** With /v1 for openai, openai-compatible and cohere; the bare origin for anthropic and gemini. No trailing slash. */
  readonly baseUrl: string
  /** Row of the host table for openai-compatible; '' otherwise. */
  readonly host: string
  readonly region: string
  /** The value of the key variable; undefined when it is not set. */
  readonly key: string | undefined
  readonly keyEnv: string
  /** The configuration names the key variable, so calls without a key make no sense. */
  readonly keyRequired: boolean
  readonly auth: 'key' | 'forward'
  /** Extra headers of the configuration, e.g. openai-organization. */
  readonly headers: Readonly<Record<string, string>>
  /** Azure api-version; '' means the v1 path without one. */
  readonly apiVersion: string
  /** Azure: model → deployment name. */
  readonly deployments: Readonly<Record<string, string>>
  /** Vertex project and location; Bedrock's AWS region is `location` too. */
  readonly project: string
  readonly location: string
  /** Other secrets by role: awsAccessKeyId, awsSecretAccessKey, awsSessionToken, serviceAccountJson. */
  readonly secrets: Readonly<Record<string, string | undefined>>
  readonly quirks: HostQuirks
}

/** One call about to be made. */
export interface Call {
  readonly settings: ProviderSettings
  readonly operation: Operation
  readonly format: FormatName
  readonly model: string
  readonly stream: boolean
  /** The caller's method, path and query: for operations passed through. */
  readonly method: string
  readonly callerPath: string
}

export interface Address {
  readonly origin: string
  /** Path and query. */
  readonly path: string
}

/** A change to the top-level keys of a JSON body that is otherwise passed through byte for byte. */
export type BodyEdit =
  | { readonly set: string; readonly json: string }
  | { readonly remove: string }
  | { readonly rename: string; readonly to: string }

export interface SignInput {
  readonly call: Call
  readonly address: Address
  readonly body: Buffer | undefined
  readonly nowMs: number
}

/** Flat name, value, name, value … as undici takes them. */
export type HeaderList = string[]

/** Where a kind of provider lives, what it offers and how one proves who one is. No I/O of its own. */
export interface Provider {
  readonly kind: ProviderKind
  /**
   * The format in which this provider would serve the operation, the caller's own where it speaks it
   * (then bytes pass through); undefined when it does not offer the operation.
   */
  formatFor(ask: {
    readonly operation: Operation
    readonly dialect: DialectName
    readonly model: string
    readonly settings: ProviderSettings
    /** The catalog says the model is served by the Responses API only. */
    readonly responsesOnly: boolean
  }): FormatName | undefined
  address(call: Call): Address
  /** What a body in this provider's own format needs besides the model name (Vertex: anthropic_version). */
  bodyEdits?(call: Call): readonly BodyEdit[]
  /** Headers that authenticate the call. A promise only where a token must be fetched. */
  sign(input: SignInput): HeaderList | Promise<HeaderList>
}
