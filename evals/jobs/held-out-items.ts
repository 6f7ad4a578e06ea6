import { type Moments, meanOf, momentsOf, varianceOf } from '../estimators/moments.ts'
import type { HeldBack, HeldBackPrompt } from '../loop.ts'
import type { LiveScores } from './read-scores.ts'

/** Fewer than this cannot carry a whole policy; a golden set's held-out fifth hardly ever can. */
const leastPrompts = 200
const leastItems = 10
const z95 = 1.96

/** What new weights are validated on; undefined: golden items are all there is, and too few for that. */
export function heldBackOf(live: LiveScores, prompts: readonly HeldBackPrompt[]): HeldBack | undefined {
  if (live.heldBack.length === 0 && prompts.length < leastPrompts) return undefined
  return { rows: live.heldBack, prompts }
}

/** Of each candidate, differences to the baseline on items that took no part in choosing the weights. */
export function heldOut(prompts: readonly HeldBackPrompt[]): ReadonlyMap<string, Moments> {
  const values = new Map<string, number[]>()
  for (const { differences } of prompts)
    for (const [candidate, value] of Object.entries(differences))
      values.set(candidate, [...(values.get(candidate) ?? []), value])
  return new Map([...values].map(([candidate, list]) => [candidate, momentsOf(list)]))
}

/** Who is certain to lose more than the floor allows on items that nobody tuned to may not grow, whatever else says so. */
export function contradicted(moments: Moments | undefined, maxLoss: number): boolean {
  if (moments === undefined || moments.n < leastItems) return false
  const error = Math.sqrt(Math.max(varianceOf(moments), 1 / moments.n / 4) / moments.n)
  return meanOf(moments) + z95 * error < -maxLoss
}
