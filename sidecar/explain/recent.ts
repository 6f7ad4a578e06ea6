import type { Evidence, PolicyDocument } from '../../contract/policy.ts'
import type { AttemptRow, RequestRow } from '../../contract/record.ts'
import type { DecisionDetails } from '../routing/decision-details.ts'
import type { Route } from '../routing/route.ts'
import type { Explainable, RouteFacts } from './explanation.ts'

/** What the record stage hands over, by reference: nothing is worked out for a request that nobody asks about. */
export interface Remembered {
  readonly request: RequestRow
  readonly attempts: readonly AttemptRow[]
  readonly route: Route | undefined
  readonly policy: PolicyDocument | undefined
  readonly details: DecisionDetails | undefined
}

interface Entry {
  readonly request: RequestRow
  readonly attempts: readonly AttemptRow[]
  readonly route: RouteFacts | undefined
  readonly evidence: Evidence | undefined
  readonly details: DecisionDetails | undefined
}

export interface RecentLimits {
  readonly entriesMax: number
  /** Of what callers choose the length of. */
  readonly charsMax: number
}

export const usualLimits: RecentLimits = { entriesMax: 10_000, charsMax: 8 * 1_048_576 }

/** The last requests of this process, for `explain`: a ring, so that remembering one more costs the same at any size. */
export class RecentRequests {
  readonly #limits: RecentLimits
  readonly #ring: (Entry | undefined)[] = []
  readonly #places = new Map<string, number>()
  /** A configuration is shared by all its requests, and kept by none of them. */
  readonly #facts = new WeakMap<Route, RouteFacts>()
  /** Where the oldest is, and how many there are. */
  #first = 0
  #count = 0
  #chars = 0

  constructor(limits: RecentLimits = usualLimits) {
    this.#limits = limits
  }

  keep({ request, attempts, route, policy, details }: Remembered): void {
    const { entriesMax, charsMax } = this.#limits
    while (this.#count === entriesMax || (this.#count > 0 && this.#chars > charsMax)) this.#forgetOldest()
    const at = (this.#first + this.#count) % entriesMax
    this.#ring[at] = {
      request,
      attempts,
      route: route && this.#factsOf(route),
      evidence: policy?.version === request.policy_version ? policy.evidence : undefined,
      details,
    }
    this.#places.set(request.request_id, at)
    this.#count += 1
    this.#chars += charsOf(request)
  }

  find(requestId: string): Explainable | undefined {
    const at = this.#places.get(requestId)
    const entry = at === undefined ? undefined : this.#ring[at]
    return entry && { ...entry, source: 'memory' }
  }

  size(): number {
    return this.#count
  }

  #forgetOldest(): void {
    const oldest = this.#ring[this.#first]
    this.#ring[this.#first] = undefined
    this.#first = (this.#first + 1) % this.#limits.entriesMax
    this.#count -= 1
    if (oldest === undefined) return
    this.#places.delete(oldest.request.request_id)
    this.#chars -= charsOf(oldest.request)
  }

  #factsOf(route: Route): RouteFacts {
    const known = this.#facts.get(route)
    if (known !== undefined) return known
    const facts = {
      strategy: route.strategy,
      baseline: route.baseline?.id,
      servedBy: Object.fromEntries(route.candidates.map(({ id, servedBy }) => [id, servedBy])),
    }
    this.#facts.set(route, facts)
    return facts
  }
}

function charsOf(row: RequestRow): number {
  let chars = row.customer.length + row.feature.length + row.session.length + row.model_asked.length
  chars += row.prompt_name.length + row.prompt_version.length + row.tier.length + row.segment.length
  for (const name in row.tags) chars += name.length + (row.tags[name]?.length ?? 0)
  return chars
}
