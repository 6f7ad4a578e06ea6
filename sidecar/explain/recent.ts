import type { PolicyDocument } from '../../contract/policy.ts'
import type { AttemptRow, RecordSink, RequestRow } from '../../contract/record.ts'
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

type Rows = Pick<Explainable, 'request' | 'attempts'>

/** A request as it is remembered: its rows, and once the spool has them, the line that they are in. */
class Entry {
  readonly requestId: string
  readonly chars: number
  readonly #more: Omit<Explainable, 'request' | 'attempts' | 'source'>
  #rows: Rows | string

  constructor(rows: Rows, more: Omit<Explainable, 'request' | 'attempts' | 'source'>) {
    this.requestId = rows.request.request_id
    this.chars = charsOf(rows.request)
    this.#rows = rows
    this.#more = more
  }

  /** A row of some hundred values takes twice the memory of its line, and the collector visits each. */
  encoded(line: string): void {
    this.#rows = line
  }

  explainable(decode: (line: string) => Rows): Explainable {
    const { request, attempts } = typeof this.#rows === 'string' ? decode(this.#rows) : this.#rows
    return { request, attempts, ...this.#more, source: 'memory' }
  }
}

export interface RecentLimits {
  readonly entriesMax: number
  /** Of what callers choose the length of. */
  readonly charsMax: number
}

/** The rest is in the warehouse a second later; ten thousand took a fifth of what a sidecar may have. */
export const usualLimits: RecentLimits = { entriesMax: 2500, charsMax: 8 * 1_048_576 }

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

  readonly #decode: (line: string) => Rows

  /** `decode`: reads the lines that the sink writes. */
  constructor(decode: (line: string) => Rows, limits: RecentLimits = usualLimits) {
    this.#decode = decode
    this.#limits = limits
  }

  /** Gives what is to be told of the line, when there is one. */
  keep({ request, attempts, route, policy, details }: Remembered): { encoded(line: string): void } {
    const { entriesMax, charsMax } = this.#limits
    while (this.#count === entriesMax || (this.#count > 0 && this.#chars > charsMax)) this.#forgetOldest()
    const at = (this.#first + this.#count) % entriesMax
    const evidence = policy?.version === request.policy_version ? policy.evidence : undefined
    const entry = new Entry(
      { request, attempts },
      { route: route && this.#factsOf(route), evidence, details },
    )
    this.#ring[at] = entry
    this.#places.set(entry.requestId, at)
    this.#count += 1
    this.#chars += entry.chars
    return entry
  }

  find(requestId: string): Explainable | undefined {
    const at = this.#places.get(requestId)
    return at === undefined ? undefined : this.#ring[at]?.explainable(this.#decode)
  }

  /** The last ones, oldest first. */
  latest(count: number): RequestRow[] {
    const { entriesMax } = this.#limits
    const wanted = Math.min(count, this.#count)
    return Array.from({ length: wanted }, (_, index) => {
      const at = (this.#first + this.#count - wanted + index) % entriesMax
      return this.#ring[at]?.explainable(this.#decode).request
    }).filter((row) => row !== undefined)
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
    this.#places.delete(oldest.requestId)
    this.#chars -= oldest.chars
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

/** Lines of the spool are remembered as they are, and read when somebody asks. */
export function decoderOf(sink: RecordSink) {
  return (line: string) => {
    const rows = sink.decode?.(line)
    if (rows === undefined) throw new Error('a sink that tells of lines must read them')
    return rows
  }
}
