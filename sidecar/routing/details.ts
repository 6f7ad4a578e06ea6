import type { Decided } from './decide.ts'
import type { CandidateDetails, DecisionDetails } from './decision-details.ts'
import type { Facts } from './facts.ts'
import type { RequestOutlook } from './outlook.ts'
import type { Candidate, Route } from './route.ts'
import type { Screened } from './screen.ts'

interface DetailsAsk {
  readonly route: Route
  readonly facts: Facts
  readonly screened: Screened
  readonly outlook: RequestOutlook
  readonly decision: Decided
}

/** What `explain` shows beyond the record. Figures that cost something are there only where the strategy used them. */
export function detailsOf(ask: DetailsAsk): DecisionDetails {
  const { route, facts, screened, outlook, decision } = ask
  const candidates: Record<string, CandidateDetails> = {}
  for (const [id, note] of Object.entries(screened.notes)) candidates[id] = { note }
  if (route.strategy !== 'weighted' && route.strategy !== 'ordered')
    for (const candidate of screened.eligible)
      candidates[candidate.id] = { ...candidates[candidate.id], ...figuresOf(candidate, outlook) }
  const notes = [...decision.notes]
  if (screened.rule !== undefined) notes.push(`rule ${screened.rule} narrowed the candidates`)
  return { features: featuresOf(facts), candidates, notes }
}

function figuresOf(candidate: Candidate, outlook: RequestOutlook): CandidateDetails {
  const cost = outlook.knownCostOf(candidate)
  const { firstTokenMs, msPerToken } = outlook.paceOf(candidate)
  const evidence = outlook.evidenceOf(candidate)
  return {
    ...(cost === undefined ? {} : { expectedCostUsd: cost }),
    ...(firstTokenMs === undefined ? {} : { firstTokenMs }),
    ...(msPerToken === undefined ? {} : { tokensPerSecond: 1000 / msPerToken }),
    ...(evidence === undefined ? {} : { quality: evidence }),
  }
}

function featuresOf(facts: Facts): DecisionDetails['features'] {
  const { inputTokens, streamed, tier, feature } = facts.given
  return { inputTokens, streamed, tier, feature, ...facts.seen() }
}
