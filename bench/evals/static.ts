import { estimate } from '../../evals/estimators/estimate.ts'
import type { Estimates } from '../../evals/estimators/estimates.ts'
import { noMoments, withValue } from '../../evals/estimators/moments.ts'
import { type Cell, noCell } from '../../evals/evidence.ts'
import { loweredBy } from '../../evals/optimiser/ladder.ts'
import type { Matrix } from '../../evals/optimiser/matrix.ts'
import { solve } from '../../evals/optimiser/solve.ts'
import { type Random, sampleWithout, seededRandom } from '../../evals/random.ts'
import type { Prompt } from '../../evals/simulate/table.ts'
import { truthOf } from '../../evals/simulate/truth.ts'
import { mmlu, mmluPro, mmluProAll, type NamedTable } from '../../testing/evals.ts'
import { atLeast, atMost, type EvalRow, mean } from './row.ts'

/** Half of the prompts to learn from, all answers or one of each; what the mixes cost on the other half. */
export function staticRows(seeds: number): EvalRow[] {
  const all = mmluProAll()
  const pool = mmluPro()
  const two = mmlu()
  const logged = (table: NamedTable) =>
    mean(Array.from({ length: seeds }, (_, seed) => costOf95(table, seededRandom('logged', seed))))
  return [
    atMost('MMLU-Pro, 11 models, all answers: cost of 95 % of the best', 0.27, costOf95(all, undefined)),
    atMost('MMLU, all answers: cost of 95 % of the best', 0.45, costOf95(two, undefined)),
    atMost('MMLU-Pro, 11 models, one answer each', 0.34, logged(all)),
    atMost('MMLU-Pro, 5 models, one answer each', 0.32, logged(pool)),
    atMost('MMLU, one answer each', 0.46, logged(two)),
  ]
}

/** How much of the gap between two models is recovered for the calls that go to the stronger one. */
export function gapRows(seeds: number): EvalRow[] {
  const table = mmlu()
  const size = table.isTraining.filter((isTraining) => isTraining).length
  const of = (examples: number) =>
    mean(
      Array.from({ length: seeds }, (_, seed) =>
        gapArea(table, examples, seededRandom('gap', seed, examples)),
      ),
    )
  return [
    atLeast(`MMLU, APGR with ${size} logged examples`, 0.65, of(size)),
    atLeast('MMLU, APGR with 1,784 logged examples', 0.62, of(1784)),
    atLeast('MMLU, APGR with 355 logged examples', 0.58, of(355)),
  ]
}

function halves({ prompts, isTraining }: NamedTable): { train: Prompt[]; test: Prompt[] } {
  return {
    train: prompts.filter((_, index) => isTraining[index]),
    test: prompts.filter((_, index) => !isTraining[index]),
  }
}

function learnt(
  table: NamedTable,
  prompts: readonly Prompt[],
  random: Random | undefined,
  segments: readonly string[],
): Estimates {
  const cells = new Map<string, Cell>()
  const counts = new Map<string, number>()
  for (const { segment, quality, costUsd } of prompts) {
    counts.set(segment, (counts.get(segment) ?? 0) + 1)
    const chosen = random === undefined ? undefined : Math.floor(random() * table.candidates.length)
    for (const [a, candidate] of table.candidates.entries()) {
      if (chosen !== undefined && chosen !== a) continue
      const key = `${segment} ${candidate}`
      const { live, cost } = cells.get(key) ?? noCell
      cells.set(key, {
        live: withValue(live, quality[a] ?? 0),
        cost: withValue(cost, costUsd[a] ?? 0),
        paired: noMoments,
        delivered: noMoments,
      })
    }
  }
  const { candidates, baseline } = table
  return estimate(
    {
      segments,
      candidates,
      baseline,
      share: segments.map((segment) => (counts.get(segment) ?? 0) / prompts.length),
      cell: (segment, candidate) => cells.get(`${segment} ${candidate}`) ?? noCell,
    },
    {},
  )
}

/** As a share of the best single model's cost, on the half that nothing was learnt from. */
function costOf95(table: NamedTable, random: Random | undefined): number {
  const { train, test } = halves(table)
  const truth = truthOf({ candidates: table.candidates, prompts: test })
  const estimates = learnt(table, train, random, truth.segments)
  const best = truth.mean.indexOf(Math.max(...truth.mean))
  const bestCost = mean(test.map(({ costUsd }) => costUsd[best] ?? 0))
  const target = 0.95 * (truth.mean[best] ?? 0)
  let before: { quality: number; cost: number } | undefined
  for (let floor = -0.4; floor <= 0.1; floor += 0.002) {
    const weights = mixAt(estimates, floor)
    if (weights === undefined) break
    const point = worth(truth, weights)
    const cost = point.cost / bestCost
    if (point.quality >= target) {
      if (before === undefined) return cost
      const part = (target - before.quality) / (point.quality - before.quality)
      return before.cost + part * (cost - before.cost)
    }
    before = { quality: point.quality, cost }
  }
  return 1
}

/** Lowered as in the middle of the loop's ladder: what looks best was lucky too. */
function mixAt(estimates: Estimates, floor: number): Matrix | undefined {
  const { share, cost, difference } = estimates
  const all = (value: number) => difference.map((row) => row.map(() => value))
  const penalty = 0.6
  const gain = share.map((_, s) => loweredBy(penalty, estimates, s))
  return solve({ share, cost, gain, lower: all(0), upper: all(1), floor, segmentFloor: -1 })
}

function worth(truth: ReturnType<typeof truthOf>, weights: Matrix): { quality: number; cost: number } {
  let quality = 0
  let cost = 0
  for (const [s, segment] of truth.segments.entries())
    for (const [a, weight] of (weights[s] ?? []).entries()) {
      const part = (truth.share.get(segment) ?? 0) * weight
      quality += part * (truth.quality.get(segment)?.[a] ?? 0)
      cost += part * (truth.costUsd.get(segment)?.[a] ?? 0)
    }
  return { quality, cost }
}

/** Segments go to the stronger model in the order of their learnt gap. */
function gapArea(table: NamedTable, examples: number, random: Random): number {
  const { train, test } = halves(table)
  const chosen = sampleWithout(random, examples, train.length).map((index) => train[index] as Prompt)
  const truth = truthOf({ candidates: table.candidates, prompts: test })
  const { difference, candidates } = learnt(table, chosen, random, truth.segments)
  const strong = candidates.indexOf(table.baseline)
  const weak = 1 - strong
  const order = truth.segments
    .map((_, s) => s)
    .sort((x, y) => (difference[x]?.[weak] ?? 0) - (difference[y]?.[weak] ?? 0))
  const gap = (truth.mean[strong] ?? 0) - (truth.mean[weak] ?? 0)
  let recovered = 0
  let area = 0
  for (const s of order) {
    const segment = truth.segments[s] ?? ''
    const part = truth.share.get(segment) ?? 0
    const own = truth.quality.get(segment) ?? []
    const gain = (part * ((own[strong] ?? 0) - (own[weak] ?? 0))) / gap
    area += part * (recovered + gain / 2)
    recovered += gain
  }
  return area
}
