import type { DialectName } from '../dialects/dialect.ts'
import { type OutputCounts, outputGates } from './output-gate.ts'
import type { PlaceholderMap } from './placeholders.ts'
import { type Action, acts, type MaskPolicy, stricter } from './policy.ts'
import type { StreamAsk } from './restore/paths.ts'
import type { RestoreCounts } from './restore/restorer.ts'
import { RestoredStream } from './restore/stream.ts'
import { type RestoreAsk, restoreAnswer } from './restore/whole.ts'

/**
 * What is known of one request's values, from the mask stage to the last byte for the caller. Nothing of it is ever
 * written down; it is gone with the request.
 */
export class MaskSession {
  readonly policy: MaskPolicy
  readonly map: PlaceholderMap
  readonly counts: RestoreCounts = { unknown: 0 }
  /** Finds in the model's own words, by type. */
  readonly outputCounts: OutputCounts = { byType: new Map(), action: 'none' }
  /** What the caller sent itself is no leak when it comes back. */
  readonly sent: ReadonlySet<string>
  /** The caller asked for JSON: values are written into it as JSON strings have them. */
  readonly isJsonText: boolean

  constructor(from: Pick<MaskSession, 'policy' | 'map' | 'sent' | 'isJsonText'>) {
    this.policy = from.policy
    this.map = from.map
    this.sent = from.sent
    this.isJsonText = from.isJsonText
  }

  /** An answer may have to be changed before the caller gets it. */
  get touchesAnswers(): boolean {
    return this.map.hasReversible || acts(this.policy.output)
  }

  stream(dialect: DialectName, isJsonArray: boolean): RestoredStream {
    return new RestoredStream(dialect, this.#streamAsk(), isJsonArray)
  }

  /** The same buffer where nothing is to be changed. */
  whole(dialect: DialectName, body: Buffer): Buffer {
    return restoreAnswer(dialect, body, this.#ask())
  }

  strictest(input: Action | 'none'): Action | 'none' {
    const { action } = this.outputCounts
    if (input === 'none') return action
    return action === 'none' ? input : stricter(input, action)
  }

  #ask(): RestoreAsk {
    const { map, counts, isJsonText } = this
    return { map, counts, isJsonText, gate: this.#gates() }
  }

  #streamAsk(): StreamAsk {
    return { ...this.#ask(), buffersArguments: this.policy.toolArgs === 'buffer' }
  }

  #gates() {
    return acts(this.policy.output) ? outputGates(this.policy, this.sent, this.outputCounts) : undefined
  }
}
