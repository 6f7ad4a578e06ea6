import type { HeldBackPrompt } from '../loop.ts'
import { mergedInto } from '../segments.ts'
import type { LoopSettings } from '../settings.ts'
import { drift, keptAfterDrift } from '../watch/drift.ts'
import type { Score } from './scores.ts'
import type { State } from './state.ts'

/** Of a candidate that is not what it was little is kept, and nothing of what would only validate. */
export function watchDrift(
  settings: LoopSettings,
  state: State,
  scores: readonly Score[],
): readonly string[] {
  const { estimates, policy } = state
  const { candidates } = settings
  const place = new Map(estimates?.segments.map((segment, s) => [segment, s]))
  const named = scores.map((score) => ({ ...score, candidate: candidates[score.candidate] ?? '' }))
  const seen = drift(state.drift, named, (segment, candidate) => {
    const a = candidates.indexOf(candidate)
    const s = place.get(mergedInto(policy?.merge ?? {}, segment))
    const isKnown = (estimates?.count.reduce((sum, row) => sum + (row[a] ?? 0), 0) ?? 0) >= leastForDrift
    return s === undefined || !isKnown ? undefined : estimates?.quality[s]?.[a]
  })
  state.drift = seen.state
  for (const candidate of seen.alarms) {
    state.ledger.forget(candidate, keptAfterDrift)
    state.heldBack = state.heldBack.filter((row) => row.candidate !== candidate)
    state.heldBackPrompts = state.heldBackPrompts.map((row) => without(row, candidate))
  }
  return seen.alarms
}

function without<Row extends HeldBackPrompt>(row: Row, candidate: string): Row {
  const { [candidate]: _gone, ...differences } = row.differences
  return { ...row, differences }
}

/** Scores of a candidate before anybody can say what to expect of it. */
const leastForDrift = 40
