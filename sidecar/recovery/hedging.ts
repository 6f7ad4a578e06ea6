import { Counts } from './counts.ts'
import { FirstTokens } from './first-tokens.ts'

/** Hedges that a quiet time may save up. */
const savedMax = 10
/** Beyond any configuration: routes that were reloaded away. */
const routesMax = 1024

export type HedgeOutcome = 'won' | 'lost' | 'failed' | 'over_share'

/** Who may be asked twice, and when: what is remembered for it between requests. */
export class Hedging {
  readonly firstTokens = new FirstTokens()
  readonly outcomes = new Counts<{ outcome: HedgeOutcome }>()
  /** Hedges each route may make now; each request adds its share. */
  readonly #allowed = new Map<string, number>()

  /** A request of the route came: it earns its share of a hedge. */
  earn(route: string, share: number): void {
    if (this.#allowed.size >= routesMax && !this.#allowed.has(route)) this.#allowed.clear()
    // One is there from the start, or a quiet route would wait for days.
    const before = this.#allowed.get(route) ?? 1 - share
    this.#allowed.set(route, Math.min(savedMax, before + share))
  }

  take(route: string): boolean {
    // Twenty times 5 % are a whole, whatever floating point makes of them.
    const allowed = (this.#allowed.get(route) ?? 0) + 1e-9
    if (allowed < 1) return false
    this.#allowed.set(route, allowed - 1)
    return true
  }
}
