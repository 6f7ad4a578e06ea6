import { estimate } from '../../evals/estimators/estimate.ts'
import type { Estimates } from '../../evals/estimators/estimates.ts'
import { noMoments } from '../../evals/estimators/moments.ts'
import type { Cell } from '../../evals/evidence.ts'
import { boundsOf, nurseryShare } from '../../evals/optimiser/bounds.ts'
import { cautious } from '../../evals/optimiser/ladder.ts'
import { at, matrix } from '../../evals/optimiser/matrix.ts'
import { propose } from '../../evals/optimiser/propose.ts'
import { type Problem, solve } from '../../evals/optimiser/solve.ts'
import { type Random, seededRandom } from '../../evals/random.ts'
import { atLeast, atMost, type EvalRow } from './row.ts'

/** Simpson's log: B looks better because it was asked what is easy. */
export function simpson(): Estimates {
  const scores = (n: number, mean: number): Cell => {
    const live = { n, sum: n * mean, squares: n * mean }
    return { live, paired: noMoments, cost: { n, sum: n, squares: n }, delivered: { n, sum: n, squares: n } }
  }
  // Ten thousand rows of either kind; of the easy ones B has nine of ten, of the hard ones one.
  const cells: Readonly<Record<string, Cell>> = {
    'easy A': scores(1000, 0.95),
    'easy B': { ...scores(9000, 0.91), cost: { n: 9000, sum: 900, squares: 90 } },
    'hard A': scores(9000, 0.55),
    'hard B': { ...scores(1000, 0.51), cost: { n: 1000, sum: 100, squares: 10 } },
  }
  return estimate(
    {
      segments: ['easy', 'hard'],
      candidates: ['A', 'B'],
      baseline: 'A',
      share: [0.5, 0.5],
      cell: (segment, candidate) => cells[`${segment} ${candidate}`] as Cell,
    },
    {},
  )
}

export function exactRows(): EvalRow[] {
  const estimates = simpson()
  const share = nurseryShare(2)
  const { weights } = propose(estimates, {
    current: [
      [1 - share, share],
      [1 - share, share],
    ],
    floors: { floor: -0.02, segmentFloor: -0.02 },
    maxLoss: 0.02,
    pinned: new Map(),
    isSingle: false,
  })
  const { worst, infeasible } = bruteForce(1000)
  return [
    atMost(
      "Simpson's log: largest difference of the candidate that only looks better",
      -0.03,
      Math.max(...estimates.difference.map((row) => row[1] ?? 0)),
    ),
    atMost(
      "Simpson's log: its share in any segment at floor .02 in each",
      0.5,
      Math.max(...weights.map((row) => row[1] ?? 0)),
    ),
    atMost('solver against brute force, 1,000 cases: largest difference of cost', 1e-9, worst, 12),
    atLeast('cases without a solution, told alike', 1, Number(infeasible), 0),
    atMost('64 segments × 8 candidates: milliseconds', 200, optimiserMs(), 0),
  ]
}

/** All vertices of the polytope: every pair of segments may have a weight strictly between its bounds. */
export function bruteForce(cases: number): { readonly worst: number; readonly infeasible: boolean } {
  let worst = 0
  let infeasible = true
  for (let index = 0; index < cases; index += 1) {
    const problem = randomProblem(seededRandom('brute', index))
    const weights = solve(problem)
    const best = bestVertex(problem)
    if ((weights === undefined) !== (best === undefined)) infeasible = false
    if (weights !== undefined && best !== undefined)
      worst = Math.max(worst, Math.abs(costOf(problem, weights) - best))
  }
  return { worst, infeasible }
}

function randomProblem(random: Random): Problem {
  const parts = [random() + 0.1, random() + 0.1, random() + 0.1]
  const sum = parts.reduce((total, part) => total + part, 0)
  const values = (value: (column: number) => number) => matrix(3, 3, (_row, column) => value(column))
  return {
    share: parts.map((part) => part / sum),
    cost: values(() => Math.round(random() * 100) / 100),
    gain: values((column) => (column === 0 ? 0 : Math.round((random() - 0.7) * 40) / 100)),
    lower: values((column) => (column === 0 ? 0.05 : 0.005)),
    upper: values((column) => (column === 0 || random() < 0.8 ? 1 : 0.2)),
    floor: -0.05 * random() + 0.02,
    segmentFloor: -0.1 * random(),
  }
}

function costOf({ share, cost }: Problem, weights: readonly (readonly number[])[]): number {
  return share.reduce(
    (sum, part, s) =>
      sum + part * (weights[s] ?? []).reduce((row, weight, a) => row + weight * at(cost, s, a), 0),
    0,
  )
}

interface Point {
  readonly cost: number
  readonly gain: number
}

/**
 * The optimum lies on a vertex of the product of the segments' polygons, or on an edge of one of them where the
 * route's floor cuts it: all combinations of vertices with one edge are tried.
 */
function bestVertex(problem: Problem): number | undefined {
  const polygons = problem.share.map((part, s) =>
    verticesOf(problem, s).map(({ cost, gain }): Point => ({ cost: part * cost, gain: part * gain })),
  )
  let best: number | undefined
  const take = (cost: number) => {
    best = best === undefined ? cost : Math.min(best, cost)
  }
  for (const a of polygons[0] ?? [])
    for (const b of polygons[1] ?? [])
      for (const c of polygons[2] ?? [])
        if (a.gain + b.gain + c.gain >= problem.floor - 1e-12) take(a.cost + b.cost + c.cost)
  for (const [edge, polygon] of polygons.entries()) {
    const [others = [], more = []] = polygons.filter((_, s) => s !== edge)
    for (const a of others)
      for (const b of more)
        for (const cut of cuts(polygon, problem.floor - a.gain - b.gain)) take(a.cost + b.cost + cut)
  }
  return best
}

/** Costs where a line of equal gain crosses what lies between any two vertices. */
function cuts(polygon: readonly Point[], gain: number): number[] {
  return polygon.flatMap((from) =>
    polygon.flatMap((to) => {
      if (!(from.gain < gain && to.gain > gain)) return []
      return [from.cost + ((gain - from.gain) / (to.gain - from.gain)) * (to.cost - from.cost)]
    }),
  )
}

/** Weights of three with two of them at a bound, and where the segment's own floor cuts what lies between those. */
function verticesOf({ cost, gain, lower, upper, segmentFloor }: Problem, s: number): Point[] {
  const corners: Point[] = []
  for (const free of [0, 1, 2])
    for (const bits of [0, 1, 2, 3]) {
      const weights = [0, 0, 0]
      const fixed = [0, 1, 2].filter((a) => a !== free)
      for (const [index, a] of fixed.entries()) weights[a] = at((bits >> index) & 1 ? upper : lower, s, a)
      weights[free] = 1 - weights.reduce((sum, weight) => sum + weight, 0)
      if (
        (weights[free] ?? 0) < at(lower, s, free) - 1e-12 ||
        (weights[free] ?? 0) > at(upper, s, free) + 1e-12
      )
        continue
      const dot = (values: readonly (readonly number[])[]) =>
        weights.reduce((sum, weight, a) => sum + weight * at(values, s, a), 0)
      corners.push({ cost: dot(cost), gain: dot(gain) })
    }
  const inside = corners.filter((point) => point.gain >= segmentFloor - 1e-12)
  const cut = cuts(corners, segmentFloor).map((own): Point => ({ cost: own, gain: segmentFloor }))
  return [...inside, ...cut]
}

function optimiserMs(): number {
  const random = seededRandom('speed')
  const segments = Array.from({ length: 64 }, (_, s) => `s${s}`)
  const candidates = Array.from({ length: 8 }, (_, a) => `c${a}`)
  const value = (low: number, high: number) => matrix(64, 8, () => low + random() * (high - low))
  const difference = value(-0.2, 0.05).map((row) => row.map((own, a) => (a === 0 ? 0 : own)))
  const estimates: Estimates = {
    segments,
    candidates,
    baseline: 0,
    share: segments.map(() => 1 / 64),
    quality: difference,
    difference,
    variance: value(0.0005, 0.003),
    baselineVariance: value(0.0005, 0.003),
    sharedVariance: candidates.map(() => 0),
    cost: value(0.05, 1),
    isPriced: candidates.map(() => true),
    count: value(200, 400),
    availability: candidates.map(() => 1),
  }
  const bounds = boundsOf(estimates, { maxLoss: 0.02, pinned: new Map() })
  const times = Array.from({ length: 5 }, () => {
    const startedMs = performance.now()
    cautious(estimates, bounds, { floor: -0.02, segmentFloor: -0.06 })
    return performance.now() - startedMs
  })
  return Math.min(...times)
}
