import type { ReadPolicy } from '../../../contract/policy/read.ts'
import type { PolicyOrigin } from './policies.ts'

/** Of a route, waiting for their time: the newest. Nobody plans further ahead. */
const heldMax = 8

export interface Held extends ReadPolicy {
  readonly origin: PolicyOrigin
}

export interface HeldReport {
  readonly route: string
  readonly version: number
  readonly id: string
  readonly not_before: string
}

/** Policies whose time has not come. */
export class HeldPolicies {
  readonly #held = new Map<string, readonly Held[]>()

  has({ route, id }: { readonly route: string; readonly id: string }): boolean {
    return this.#held.get(route)?.some(({ document }) => document.id === id) === true
  }

  add(policy: Held): void {
    const { route, id } = policy.document
    const others = (this.#held.get(route) ?? []).filter(({ document }) => document.id !== id)
    const newest = [...others, policy].sort((a, b) => b.document.version - a.document.version)
    this.#held.set(route, newest.slice(0, heldMax))
  }

  /** Removes those whose time has come. */
  takeDue(nowMs: number): readonly Held[] {
    return this.#remove(({ document }) => Date.parse(document.not_before ?? '') <= nowMs)
  }

  keepOnly(isKept: (held: Held) => boolean): void {
    this.#remove((held) => !isKept(held))
  }

  #remove(isOut: (held: Held) => boolean): readonly Held[] {
    const all = this.#all()
    this.#held.clear()
    for (const held of all) if (!isOut(held)) this.add(held)
    return all.filter(isOut)
  }

  #all(): readonly Held[] {
    return [...this.#held.values()].flat()
  }

  report(): readonly HeldReport[] {
    return this.#all().map(({ document }) => {
      const { route, version, id, not_before = '' } = document
      return { route, version, id, not_before }
    })
  }
}
