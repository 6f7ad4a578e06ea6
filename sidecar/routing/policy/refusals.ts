import type { Refusal, RefusalReason } from '../../../contract/policy/refusal.ts'
import type { Log } from '../../observe/log.ts'

/** More bad documents than this at once, and some are counted twice. */
const rememberedMax = 10_000

export interface RefusedPolicy {
  readonly route?: string
  readonly version?: number
}

/** Each document is refused, told and counted once, however often a source shows it. */
export class Refusals {
  readonly #log: Log
  readonly #remembered = new Set<string>()
  readonly #counts = new Map<RefusalReason, number>()

  constructor(log: Log) {
    this.#log = log
  }

  has(mark: string): boolean {
    return this.#remembered.has(mark)
  }

  add(mark: string, refusal: Refusal, policy: RefusedPolicy = {}): void {
    if (this.#remembered.has(mark)) return
    const [oldest] = this.#remembered
    if (this.#remembered.size >= rememberedMax && oldest !== undefined) this.#remembered.delete(oldest)
    this.#remembered.add(mark)
    const { reason, detail } = refusal
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1)
    // A warehouse that many services share holds the policies of all their routes.
    const tell = reason === 'unknown_route' ? this.#log.debug : this.#log.warn
    tell('a policy was refused; what was in force stays', { ...policy, reason, detail })
  }

  /** What was refused under another configuration may be welcome now. */
  forget(): void {
    this.#remembered.clear()
  }

  counts(): ReadonlyMap<RefusalReason, number> {
    return this.#counts
  }
}
