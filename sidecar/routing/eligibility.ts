import type { DialectName } from '../dialects/dialect.ts'
import type { FormatName } from '../formats/format.ts'
import type { Operation } from '../providers/provider.ts'
import type { Candidate, Route } from './route.ts'

export interface Eligibility {
  readonly eligible: readonly Candidate[]
  /** Candidate id to the first reason that holds. */
  readonly excluded: Readonly<Record<string, string>>
}

const noneExcluded: Readonly<Record<string, string>> = {}

/** Who may serve this request at all. Each candidate passes or has one reason. */
export function eligibility(route: Route, ask: { operation: Operation; dialect: DialectName }): Eligibility {
  let excluded: Record<string, string> | undefined
  const eligible: Candidate[] = []
  for (const candidate of route.candidates) {
    const reason = reasonAgainst(candidate, route, ask)
    if (reason === undefined) eligible.push(candidate)
    else {
      excluded ??= {}
      excluded[candidate.id] = reason
    }
  }
  return { eligible, excluded: excluded ?? noneExcluded }
}

function reasonAgainst(
  candidate: Candidate,
  route: Route,
  ask: { operation: Operation; dialect: DialectName },
): string | undefined {
  // Tokens are estimated here for models whose vendor has no place to count them in the caller's words.
  if (ask.operation !== 'count_tokens' && formatFor(candidate, ask) === undefined)
    return 'endpoint_unsupported'
  if (route.regions !== undefined) {
    const region = candidate.provider.settings.region
    if (region === '') return 'region_unknown'
    if (!route.regions.includes(region)) return 'region'
  }
  if (route.zeroRetention && !candidate.provider.zeroRetention) return 'retention'
  return undefined
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
