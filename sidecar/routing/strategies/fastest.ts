import type { Candidate } from '../route.ts'
import { allTo, type Outlook, type Plan } from '../strategy.ts'

/** Figures of those that nobody asks grow old: this much is spread over them. */
const usualExplore = 0.02
const samplesMin = 20
/** Differences below this are weather. */
const equalWithin = 0.1

/** The shortest wait, first token or whole answer; among those about as fast, the cheapest. */
export function fastest(eligible: readonly Candidate[], outlook: Outlook): Plan {
  const explore = outlook.route.explore ?? usualExplore
  const measured = eligible.map((candidate) =>
    outlook.samplesOf(candidate) < samplesMin ? undefined : outlook.waitOf(candidate),
  )
  const known = measured.filter((wait) => wait !== undefined)
  if (known.length === 0) {
    const first = outlook.route.candidates.find((candidate) => eligible.includes(candidate)) as Candidate
    return allTo(first, eligible, { explore, notes: ['no candidate has been measured yet: the first one'] })
  }
  const middle = medianOf(known)
  const waits = measured.map((wait) => wait ?? middle)
  const shortest = Math.min(...waits)
  let winner: { candidate: Candidate; cost: number; wait: number } | undefined
  for (const [index, candidate] of eligible.entries()) {
    const wait = waits[index] ?? middle
    if (wait > shortest * (1 + equalWithin)) continue
    const cost = outlook.costOf(candidate) ?? Number.POSITIVE_INFINITY
    if (winner === undefined || cost < winner.cost || (cost === winner.cost && wait < winner.wait))
      winner = { candidate, cost, wait }
  }
  return allTo((winner as { candidate: Candidate }).candidate, eligible, { explore })
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}
