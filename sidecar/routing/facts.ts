import type { Capability } from '../../contract/config/candidate.ts'
import type { JsonBody } from '../body/json-body.ts'
import type { DialectName } from '../dialects/dialect.ts'
import { type Complexity, complexityOf } from '../prompt/complexity.ts'
import { languageOf } from '../prompt/language.ts'
import { hasSchema, needsOf } from '../prompt/needs.ts'
import { lastUserText, outlineOf, type PromptOutline, toolsIn } from '../prompt/turns.ts'
import type { Operation } from '../providers/provider.ts'
import { prefixBlocks } from './affinity.ts'

/** What the caller says of a request besides its body. */
export interface Circumstances {
  readonly dialect: DialectName
  readonly operation: Operation
  readonly streamed: boolean
  readonly app: string
  readonly team: string
  readonly env: string
  readonly keyName: string
  readonly customer: string
  readonly tier: string
  readonly feature: string
  readonly prompt: string
  readonly promptVersion: string
  readonly tags: Readonly<Record<string, string>>
  readonly session: string
  readonly requestId: string
  readonly inputTokens: number
  /** Bytes of the prompt that read as text. */
  readonly promptBytes: number
  readonly atMs: number
}

const nothing: PromptOutline = { system: '', turns: [] }
const noNeeds: ReadonlySet<Capability> = new Set()

/** Larger bodies are not read for the sake of a rule: parsing them would hold up everybody else. */
const readBytesMax = 1_048_576

/** What rules, segments and requirements look at. The body is read only for what somebody asks about, and once. */
export class Facts {
  readonly given: Circumstances
  readonly #body: JsonBody | undefined
  #outline: PromptOutline | undefined
  #needs: ReadonlySet<Capability> | undefined
  #language: string | undefined
  #outputTokensMax: number | undefined
  #blocks: readonly number[] | undefined
  #complexity: Complexity | undefined

  constructor(given: Circumstances, body: JsonBody | undefined) {
    this.given = given
    this.#body = body
  }

  get outline(): PromptOutline {
    this.#outline ??=
      this.#body === undefined || this.#body.bytes.length > readBytesMax
        ? nothing
        : forgiving(nothing, this.#body, (body) => outlineOf(body, this.given.dialect))
    return this.#outline
  }

  /** What the request needs of a model. Only generation says so in its body. */
  get needs(): ReadonlySet<Capability> {
    this.#needs ??=
      this.#body === undefined || this.given.operation !== 'generate'
        ? noNeeds
        : forgiving(noNeeds, this.#body, (body) => needsOf(body, this.given.dialect))
    return this.#needs
  }

  get language(): string {
    this.#language ??= languageOf(lastUserText(this.outline))
    return this.#language
  }

  get complexity(): Complexity {
    this.#complexity ??= complexityOf(lastUserText(this.outline))
    return this.#complexity
  }

  /** Turns of people; what tools gave back is none. */
  get userTurns(): number {
    return this.outline.turns.filter((turn) => turn.role === 'user').length
  }

  get hasTools(): boolean {
    return this.#body !== undefined && forgiving(false, this.#body, toolsIn)
  }

  get hasSchema(): boolean {
    return this.#body !== undefined && forgiving(false, this.#body, hasSchema)
  }

  /** What the caller allows the answer to take; 0 where it says nothing. */
  get outputTokensMax(): number {
    this.#outputTokensMax ??= this.#body === undefined ? 0 : forgiving(0, this.#body, outputLimitOf)
    return this.#outputTokensMax
  }

  /** Size of the vectors that are asked for; 0 for the model's own. */
  get dimensions(): number {
    if (this.#body === undefined || this.given.operation !== 'embeddings') return 0
    return forgiving(0, this.#body, (body) => {
      const dimensions = body.get('dimensions')
      return typeof dimensions === 'number' ? dimensions : 0
    })
  }

  get promptBytes(): number {
    return this.given.promptBytes
  }

  /** The prompt's beginning in hashed blocks: what a vendor's cache would know it by. */
  get prefixBlocks(): readonly number[] {
    this.#blocks ??= this.#body === undefined ? [] : prefixBlocks(this.#body)
    return this.#blocks
  }

  /** Under what the turns of a conversation are remembered: its name under its key, else the unit it was found as. */
  sessionKey(unitHash: string): string {
    const { session, keyName } = this.given
    return session === '' ? unitHash : `${keyName} ${session}`
  }

  /** What somebody has asked about so far: nothing is read for the sake of showing it. */
  seen(): Record<string, string | number | boolean> {
    const seen: Record<string, string | number | boolean> = {}
    if (this.#outline !== undefined) seen['turns'] = this.userTurns
    if (this.#language !== undefined) seen['language'] = this.#language
    if (this.#complexity !== undefined) seen['complexity'] = this.#complexity.score
    if (this.#needs !== undefined && this.#needs.size > 0) seen['needs'] = [...this.#needs].join(', ')
    return seen
  }

  get serviceTier(): string {
    const tier = this.#body?.string('service_tier') ?? ''
    return tier === 'auto' || tier === 'default' ? '' : tier
  }
}

/** A field that does not parse is the provider's to refuse; here it counts as absent. */
function forgiving<T>(otherwise: T, body: JsonBody, read: (body: JsonBody) => T): T {
  try {
    return read(body)
  } catch {
    return otherwise
  }
}

const limitNames = ['max_tokens', 'max_completion_tokens', 'max_output_tokens'] as const

function outputLimitOf(body: JsonBody): number {
  for (const name of limitNames) {
    const limit = body.has(name) ? body.get(name) : undefined
    if (typeof limit === 'number' && limit > 0) return limit
  }
  const config = body.get('generationConfig') ?? body.get('generation_config')
  const own =
    typeof config === 'object' && config !== null && !Array.isArray(config)
      ? (config['maxOutputTokens'] ?? config['max_output_tokens'])
      : undefined
  return typeof own === 'number' && own > 0 ? own : 0
}
