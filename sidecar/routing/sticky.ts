import type { Drawn } from './decide.ts'
import { Lru } from './lru.ts'

/** A conversation that pauses longer may begin anew. */
const idleMax = 30 * 60_000

/** Names of routes may be made of models that callers ask for. */
const routesMax = 1000

interface Kept {
  readonly drawn: Drawn
  lastAt: number
  /** Its user had to ask again too often: stronger candidates from here on. */
  isEscalated: boolean
}

/** The draws that units keep while they are active. Losing one only means to draw again. */
export class StickyUnits {
  readonly #units: Lru<string, Kept>
  readonly #last = new Lru<string, Drawn>(routesMax)

  constructor(entriesMax: number) {
    this.#units = new Lru(entriesMax)
  }

  get size(): number {
    return this.#units.size
  }

  find(route: string, unitHash: string, nowAt: number): Kept | undefined {
    const kept = this.#units.get(keyOf(route, unitHash))
    return kept !== undefined && nowAt - kept.lastAt <= idleMax ? kept : undefined
  }

  keep(route: string, unitHash: string, draw: { drawn: Drawn; nowAt: number; isEscalated: boolean }): void {
    const { drawn, nowAt, isEscalated } = draw
    this.#units.set(keyOf(route, unitHash), { drawn: this.#shared(route, drawn), lastAt: nowAt, isEscalated })
  }

  /** Most units of a route are drawn from the same numbers: these are kept once. */
  #shared(route: string, drawn: Drawn): Drawn {
    const last = this.#last.get(route)
    this.#last.set(route, drawn)
    if (last === undefined || last.candidates === drawn.candidates) return drawn
    if (!areEqual(last.candidates, drawn.candidates) || !areEqual(last.probabilities, drawn.probabilities))
      return drawn
    const shared = { ...drawn, candidates: last.candidates, probabilities: last.probabilities }
    this.#last.set(route, shared)
    return shared
  }

  /** Its candidate could not serve it at all: the next request is drawn again. */
  forget(route: string, unitHash: string): void {
    this.#units.delete(keyOf(route, unitHash))
  }
}

function areEqual<T>(left: readonly T[], right: readonly T[]): boolean {
  return left.length === right.length && left.every((value, index) => value === right[index])
}

function keyOf(route: string, unitHash: string): string {
  return `${route} ${unitHash}`
}
