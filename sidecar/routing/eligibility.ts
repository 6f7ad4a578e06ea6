import type { Capability } from '../../contract/config/candidate.ts'
import type { DialectName } from '../dialects/dialect.ts'
import type { FormatName } from '../formats/format.ts'
import type { Operation } from '../providers/provider.ts'
import type { Facts } from './facts.ts'
import type { Illness } from './health/health.ts'
import { regionReason } from './regions.ts'
import type { Candidate, Route } from './route.ts'

export interface Eligibility {
  /** In the order of the route. */
  readonly eligible: readonly Candidate[]
  /** Candidate id to the first reason that holds. */
  readonly excluded: Readonly<Record<string, string>>
  /** The numbers behind a reason, where there are any. */
  readonly notes: Readonly<Record<string, string>>
  /** Likely too long: kept, but asked last. */
  readonly tight: ReadonlySet<Candidate>
  /** When the first of those that can't be asked at the moment can be asked again. */
  readonly soonestAt: number | undefined
}

export interface EligibilityAsk {
  readonly route: Route
  readonly candidates: readonly Candidate[]
  readonly facts: Facts
  /** The caller named the model itself: it is not second-guessed. */
  readonly isPinned: boolean
  readonly inputTokensOf: (candidate: Candidate) => number
  readonly illnessOf: (candidate: Candidate) => Illness | undefined
}

const none: Readonly<Record<string, string>> = {}
const nobody: ReadonlySet<Candidate> = new Set()

/** Who may serve this request now. Each candidate passes or has one reason. */
export function eligibility(ask: EligibilityAsk): Eligibility {
  const eligible: Candidate[] = []
  let excluded: Record<string, string> | undefined
  let notes: Record<string, string> | undefined
  let tight: Set<Candidate> | undefined
  let soonestAt: number | undefined
  for (const candidate of ask.candidates) {
    const verdict = judge(candidate, ask)
    if (verdict === undefined) {
      eligible.push(candidate)
      continue
    }
    if (verdict.note !== undefined) {
      notes ??= {}
      notes[candidate.id] = verdict.note
    }
    if (verdict.reason === undefined) {
      eligible.push(candidate)
      tight ??= new Set()
      tight.add(candidate)
      continue
    }
    excluded ??= {}
    excluded[candidate.id] = verdict.reason
    const { untilAt } = verdict
    if (untilAt !== undefined) soonestAt = Math.min(soonestAt ?? untilAt, untilAt)
  }
  return { eligible, excluded: excluded ?? none, notes: notes ?? none, tight: tight ?? nobody, soonestAt }
}

interface Verdict {
  /** Undefined: it passes, but only just. */
  readonly reason: string | undefined
  readonly note?: string
  readonly untilAt?: number
}

function judge(candidate: Candidate, ask: EligibilityAsk): Verdict | undefined {
  const reason = standing(candidate, ask)
  if (reason !== undefined) return { reason }
  // What only the request itself makes impossible is left to the provider that its caller named.
  if (!ask.isPinned) {
    const missing = missingCapability(candidate, ask)
    if (missing !== undefined) return { reason: `capability:${missing}` }
  }
  const size = tooLong(candidate, ask)
  if (size?.reason !== undefined) return size
  const illness = ask.illnessOf(candidate)
  if (illness !== undefined) return { reason: illness.reason, untilAt: illness.untilAt }
  return size
}

/** Reasons that hold whatever the request says. */
function standing(candidate: Candidate, { route, facts }: EligibilityAsk): string | undefined {
  const { operation, dialect } = facts.given
  // Tokens are estimated here for models whose vendor has no place to count them in the caller's words.
  if (operation !== 'count_tokens' && formatFor(candidate, { operation, dialect }) === undefined)
    return 'endpoint_unsupported'
  if (route.approvedProviders?.includes(candidate.provider.name) === false) return 'provider'
  const misplaced = regionReason(candidate.provider, route.regions)
  if (misplaced !== undefined) return misplaced
  return route.zeroRetention && !candidate.provider.zeroRetention ? 'retention' : undefined
}

/** A request may use what nobody has said a model lacks; a route's own requirement must be known to be met. */
function missingCapability(candidate: Candidate, { route, facts }: EligibilityAsk): string | undefined {
  const { capabilities } = candidate
  for (const required of route.requiredCapabilities) if (capabilities?.has(required) !== true) return required
  if (capabilities !== undefined)
    for (const needed of facts.needs) if (!capabilities.has(needed) && !isSpared(route, needed)) return needed
  const { dimensions } = facts
  const dims = candidate.catalogModel?.dims
  return dimensions > 0 && dims !== undefined && dimensions > dims ? 'dimensions' : undefined
}

/**
 * A model that does not think still answers, with the wish named among the dropped fields, and a schema can be put into
 * words: this leaves nobody out where the route has nobody better.
 */
function isSpared(route: Route, needed: Capability): boolean {
  return (
    (needed === 'reasoning' || needed === 'json_schema') &&
    route.candidates.every((candidate) => candidate.capabilities?.has(needed) === false)
  )
}

/** Estimates are off by some percent: what is over by less is kept as the last resort. */
const slack = 1.1
/** A caller that named the model is refused only where no estimate could be that wrong. */
const pinnedSlack = 2

function tooLong(candidate: Candidate, ask: EligibilityAsk): Verdict | undefined {
  const window = candidate.contextTokens
  if (window === undefined || !isText(ask.facts.given.operation)) return undefined
  const input = ask.inputTokensOf(candidate)
  const output = ask.facts.outputTokensMax
  if (input + output <= window) return undefined
  const note = `${figures(input)} + ${figures(output)} > ${figures(window)}`
  const isOver = input + output > window * (ask.isPinned ? pinnedSlack : slack)
  return { reason: isOver ? 'context_too_long' : undefined, note }
}

function isText(operation: Operation): boolean {
  return operation === 'generate' || operation === 'completions'
}

function figures(count: number): string {
  return count.toLocaleString('en-US')
}

export function formatFor(
  candidate: Candidate,
  ask: { operation: Operation; dialect: DialectName },
): FormatName | undefined {
  return wireOf(candidate, ask)?.format
}

export interface Wire {
  readonly format: FormatName
  /** What the provider is asked for, in its own terms. */
  readonly operation: Operation
}

/** A vendor that has only chat answers a legacy completion as a turn of one. */
export function wireOf(
  candidate: Candidate,
  ask: { operation: Operation; dialect: DialectName },
): Wire | undefined {
  const own = served(candidate, ask.operation, ask.dialect)
  if (own !== undefined || ask.operation !== 'completions') return own
  return served(candidate, 'generate', ask.dialect)
}

function served(candidate: Candidate, operation: Operation, dialect: DialectName): Wire | undefined {
  const format = candidate.provider.provider.formatFor({
    operation,
    dialect,
    model: candidate.model,
    settings: candidate.provider.settings,
    responsesOnly: candidate.catalogModel?.responsesOnly === true,
  })
  return format === undefined ? undefined : { format, operation }
}
