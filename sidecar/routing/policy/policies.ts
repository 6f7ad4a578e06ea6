import { namesOneOf } from '../../../contract/policy/fitness.ts'
import { trustedPolicy } from '../../../contract/policy/read.ts'
import type { PolicyDocument } from '../../../contract/policy.ts'

/** The policies in force. A request reads its own once; a swap changes one reference. */
export interface Policies {
  /** Undefined: the weights of the configuration hold. */
  of(route: string): PolicyDocument | undefined
}

/** `last_good`: from the disk of this sidecar, and not seen at the source since the start. */
export type PolicyOrigin = 'warehouse' | 'file' | 'last_good'

/** A policy on its way to a worker: as text, since a map without prototype gets one when it is sent. */
export interface PolicyText {
  readonly text: string
  readonly origin: PolicyOrigin
  readonly sinceMs: number
}

export interface PolicyInForce {
  readonly document: PolicyDocument
  readonly origin: PolicyOrigin
  readonly sinceMs: number
}

interface Known extends PolicyInForce {
  readonly text: string
}

/** What it has to know of a route. */
export interface RouteCandidates {
  readonly candidates: readonly { readonly id: string }[]
}

const none: ReadonlyMap<string, PolicyInForce> = new Map()

/** The policies of one process. They come validated; here they are only matched with its routes. */
export class PolicyBook implements Policies {
  #known: readonly Known[] = []
  #inForce = none

  of(route: string): PolicyDocument | undefined {
    return this.#inForce.get(route)?.document
  }

  entry(route: string): PolicyInForce | undefined {
    return this.#inForce.get(route)
  }

  /** All there are, in place of those before. */
  use(policies: readonly PolicyText[], routes: ReadonlyMap<string, RouteCandidates>): void {
    // A change of one route is no reason to read those of all the others.
    const before = new Map(this.#known.map(({ text, document }) => [text, document]))
    this.#known = policies.map((policy) => ({
      ...policy,
      document: before.get(policy.text) ?? trustedPolicy(policy.text),
    }))
    this.routesChanged(routes)
  }

  /** A policy none of whose candidates is left would leave nobody to draw. */
  routesChanged(routes: ReadonlyMap<string, RouteCandidates>): void {
    const inForce = new Map<string, PolicyInForce>()
    for (const known of this.#known) {
      const { document } = known
      const route = routes.get(document.route)
      if (route !== undefined && namesOneOf(document, idsOf(route))) inForce.set(document.route, known)
    }
    this.#inForce = inForce
  }
}

export function idsOf({ candidates }: RouteCandidates): ReadonlySet<string> {
  return new Set(candidates.map(({ id }) => id))
}
