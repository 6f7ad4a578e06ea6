import type { JudgedPair, Side } from './verdict.ts'

/** Agreement beyond chance, of pairs where neither says tie. */
export function kappa(pairs: readonly { readonly verdict: Side; readonly human: Side }[]): number {
  const decided = pairs.filter(({ verdict, human }) => verdict !== 'tie' && human !== 'tie')
  if (decided.length === 0) return 0
  const share = (holds: (pair: { readonly verdict: Side; readonly human: Side }) => boolean) =>
    decided.filter(holds).length / decided.length
  const agreed = share(({ verdict, human }) => verdict === human)
  const judgeA = share(({ verdict }) => verdict === 'a')
  const humanA = share(({ human }) => human === 'a')
  const byChance = judgeA * humanA + (1 - judgeA) * (1 - humanA)
  return byChance >= 1 ? 0 : (agreed - byChance) / (1 - byChance)
}

/** How well length alone tells the winner: 0.5 is not at all, 1 always the longer one. */
export function lengthAuc(pairs: readonly JudgedPair[]): number {
  const ratios = (side: Side) => pairs.filter(({ verdict }) => verdict === side).flatMap(logRatio)
  const won = ratios('a').sort((x, y) => x - y)
  const lost = ratios('b').sort((x, y) => x - y)
  if (won.length === 0 || lost.length === 0) return 0.5
  const wins = won.reduce((sum, ratio) => sum + below(lost, ratio), 0)
  return wins / (won.length * lost.length)
}

export function logRatio({ lengths }: JudgedPair): number[] {
  return lengths === undefined ? [] : [Math.log((lengths[0] + 1) / (lengths[1] + 1))]
}

/** How many are smaller, those that are equal counted half. */
function below(sorted: readonly number[], value: number): number {
  const first = position(sorted, (other) => other >= value)
  const behind = position(sorted, (other) => other > value)
  return (first + behind) / 2
}

function position(sorted: readonly number[], holds: (value: number) => boolean): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (holds(sorted[middle] ?? 0)) high = middle
    else low = middle + 1
  }
  return low
}

/** Chance that the first answer wins, were both as long as each other (logistic, by Newton's steps). */
export function winRateAtEqualLength(pairs: readonly JudgedPair[]): number {
  const points = pairs
    .filter(({ verdict }) => verdict !== 'tie')
    .flatMap((pair) => logRatio(pair).map((x) => ({ x, y: pair.verdict === 'a' ? 1 : 0 })))
  let intercept = 0
  let slope = 0
  for (let step = 0; step < 25 && points.length > 0; step += 1) {
    // A little of a prior, or perfectly separated points would have no answer.
    const sums = { g0: -0.01 * intercept, g1: -0.01 * slope, h00: 0.01, h01: 0, h11: 0.01 }
    for (const { x, y } of points) {
      const p = 1 / (1 + Math.exp(-(intercept + slope * x)))
      const weight = p * (1 - p)
      sums.g0 += y - p
      sums.g1 += (y - p) * x
      sums.h00 += weight
      sums.h01 += weight * x
      sums.h11 += weight * x * x
    }
    const determinant = sums.h00 * sums.h11 - sums.h01 ** 2
    intercept += (sums.h11 * sums.g0 - sums.h01 * sums.g1) / determinant
    slope += (sums.h00 * sums.g1 - sums.h01 * sums.g0) / determinant
  }
  return 1 / (1 + Math.exp(-intercept))
}
