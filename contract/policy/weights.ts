import type { Weights } from '../policy.ts'

const unitsOfOne = 1_000_000
/** How far a sum of shares may be from 1: what adding a thousand doubles costs, with room to spare. */
const sumTolerance = 1e-9
/** Of a unit. A share that has six decimals already is not a whole number of units in binary, but this close to one. */
const wholeTolerance = 1e-3

/** Undefined when they are shares: finite, none below 0, 1 together. */
export function weightsProblem(weights: Weights): string | undefined {
  const values = Object.values(weights)
  if (values.length === 0) return 'no candidate has a weight'
  if (!values.every((weight) => Number.isFinite(weight) && weight >= 0))
    return 'a weight is no number of 0 or more'
  const sum = values.reduce((total, weight) => total + weight, 0)
  return Math.abs(sum - 1) <= sumTolerance ? undefined : 'the weights do not sum to 1'
}

/**
 * Six decimals that sum to exactly 1, by largest remainder: rounding each by itself would not. Ties go to the id that
 * sorts first, so the order of the keys changes nothing. Rounding what is rounded changes nothing either.
 */
export function roundWeights(weights: Weights): Weights {
  return isRounded(weights) ? copyOf(weights) : rounded(weights)
}

/** Most are: what is published was rounded when it was made. */
function isRounded(weights: Weights): boolean {
  let units = 0
  for (const id of Object.keys(weights)) {
    const weight = weights[id] ?? 0
    const own = Math.round(weight * unitsOfOne)
    if (own / unitsOfOne !== weight) return false
    units += own
  }
  return units === unitsOfOne
}

function copyOf(weights: Weights): Weights {
  const copy: Record<string, number> = Object.create(null)
  for (const id of Object.keys(weights)) copy[id] = weights[id] ?? 0
  return copy
}

function rounded(weights: Weights): Weights {
  const shares = Object.keys(weights)
    .sort()
    .map((id) => {
      const exact = (weights[id] ?? 0) * unitsOfOne
      const units = Math.floor(exact + wholeTolerance)
      return { id, units, remainder: exact - units }
    })
  let missing = unitsOfOne - shares.reduce((total, { units }) => total + units, 0)
  const byRemainder = shares.toSorted((a, b) => b.remainder - a.remainder)
  for (const share of byRemainder) {
    if (missing <= 0) break
    share.units += 1
    missing -= 1
  }
  // Only many shares a hair under a whole unit lead here.
  for (const share of byRemainder.toReversed()) {
    if (missing >= 0) break
    if (share.units === 0) continue
    share.units -= 1
    missing += 1
  }
  const result: Record<string, number> = Object.create(null)
  for (const { id, units } of shares) result[id] = units / unitsOfOne
  return result
}
