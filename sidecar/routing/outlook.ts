import type { CandidateEvidence, PolicyDocument } from '../../contract/policy.ts'
import type { Catalog } from '../../contract/prices/catalog.ts'
import { type Quote, quoteOf } from '../../contract/prices/quote.ts'
import { affinityBlockBytes, type PrefixAffinity } from './affinity.ts'
import type { Facts } from './facts.ts'
import { type Learned, type Pace, waitMs } from './learned.ts'
import type { Candidate, Route } from './route.ts'
import type { Outlook } from './strategy.ts'

/** What outlooks are made from. */
export interface OutlookSources {
  readonly catalog: Catalog
  readonly learned: Learned
  readonly affinity: PrefixAffinity
  /** Tokens of this request's prompt, as this model counts. */
  readonly inputTokensOf: (candidate: Candidate) => number
}

/** Below this no vendor keeps a prompt. */
const cacheMinTokens = 1024

/** Where the catalog does not say how much a call may answer, answers are not cut. */
const unlimited = Number.POSITIVE_INFINITY

/** What this request would cost and take at each candidate, worked out when somebody asks. */
export class RequestOutlook implements Outlook {
  readonly route: Route
  readonly #facts: Facts
  readonly #segment: string
  readonly #policy: PolicyDocument | undefined
  readonly #sources: OutlookSources
  readonly #nowAt: number
  /** The strategy, its reasons and `explain` all ask. */
  readonly #costs = new Map<Candidate, number | undefined>()

  constructor(ask: {
    route: Route
    facts: Facts
    segment: string
    policy: PolicyDocument | undefined
    sources: OutlookSources
    nowAt: number
  }) {
    this.route = ask.route
    this.#facts = ask.facts
    this.#segment = ask.segment
    this.#policy = ask.policy
    this.#sources = ask.sources
    this.#nowAt = ask.nowAt
  }

  costOf(candidate: Candidate): number | undefined {
    if (this.#costs.has(candidate)) return this.#costs.get(candidate)
    const cost = this.#costAt(candidate)
    this.#costs.set(candidate, cost)
    return cost
  }

  /** What the strategy asked for: nothing is worked out for the sake of showing it. */
  knownCostOf(candidate: Candidate): number | undefined {
    return this.#costs.get(candidate)
  }

  #costAt(candidate: Candidate): number | undefined {
    const inputTokens = this.#sources.inputTokensOf(candidate)
    const quote = this.#quote(candidate, inputTokens)
    if (quote === undefined) return undefined
    const cached = this.cachedTokensOf(candidate, inputTokens)
    return (
      (inputTokens - cached) * quote.input +
      cached * quote.cacheRead +
      this.outputTokensOf(candidate) * quote.output
    )
  }

  waitOf(candidate: Candidate): number | undefined {
    return waitMs(this.paceOf(candidate), {
      streamed: this.#facts.given.streamed,
      outputTokens: this.outputTokensOf(candidate),
    })
  }

  samplesOf(candidate: Candidate): number {
    return this.paceOf(candidate).samples
  }

  evidenceOf(candidate: Candidate): CandidateEvidence | undefined {
    const known = this.#policy?.evidence?.candidates
    return known !== undefined && Object.hasOwn(known, candidate.id) ? known[candidate.id] : undefined
  }

  listPriceOf(candidate: Candidate): number | undefined {
    const quote = this.#quote(candidate, 0)
    return quote && quote.input + quote.output
  }

  paceOf(candidate: Candidate): Pace {
    return this.#sources.learned.pace(candidate.hash)
  }

  outputTokensOf(candidate: Candidate): number {
    const learned = this.#sources.learned.outputTokens(candidate.hash, this.#segment)
    return Math.min(learned, this.#facts.outputTokensMax || unlimited)
  }

  /** What the candidate's own prompt cache should still have of this prompt. */
  cachedTokensOf(candidate: Candidate, inputTokens: number): number {
    const blocks = this.#facts.prefixBlocks
    if (blocks.length === 0) return 0
    const known = this.#sources.affinity.cachedBlocks(candidate.hash, blocks, this.#nowAt)
    const bytesPerToken = this.#facts.promptBytes / Math.max(1, inputTokens)
    const tokens = Math.min(inputTokens, (known * affinityBlockBytes) / bytesPerToken)
    return tokens < (candidate.catalogModel?.cacheMinTokens ?? cacheMinTokens) ? 0 : tokens
  }

  #quote(candidate: Candidate, inputTokens: number): Quote | undefined {
    const { provider, model } = candidate
    const { catalog } = this.#sources
    if (provider.isFree) return nothing
    const { atMs } = this.#facts.given
    const { serviceTier } = this.#facts
    const quote = quoteOf({ catalog, provider: provider.name, model, inputTokens, atMs, serviceTier })
    // What only pretends to answer costs something only where the configuration gives it prices.
    return quote ?? (provider.settings.kind === 'simulated' ? nothing : undefined)
  }
}

const nothing: Quote = { input: 0, cacheRead: 0, cacheWrite: 0, output: 0 }
