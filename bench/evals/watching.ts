import { type Random, seededRandom } from '../../evals/random.ts'
import { bet, fires, newEProcess } from '../../evals/tests/e-process.ts'
import {
  type CanaryProcesses,
  crossing,
  newCanaryProcesses,
  type Outcome,
  watchPair,
} from '../../evals/watch/canary.ts'
import { mmluPro, played } from '../../testing/evals.ts'
import { atLeast, atMost, type EvalRow, median, share } from './row.ts'

const reference = { durationP95Ms: 950, costUsd: 1, dearer: 0 }
const alpha = 0.0125

/** Canaries that are as good as their control, and such that are not, looked at after every pair. */
export function canaryRows(runs: number): EvalRow[] {
  const seeds = Array.from({ length: runs }, (_, index) => index)
  const same = seeds.map((seed) => fourMetrics(seed, 1500))
  const worse = (points: number, margin: number) =>
    seeds.map((seed) => pairsUntil(seed, { points, margin, most: 5000 }))
  const ten = worse(0.1, 0)
  return [
    atMost(
      'canary as good as its control: taken back',
      0.05,
      share(same, (crossed) => crossed),
    ),
    atLeast(
      '10 points worse: found within 1,000 pairs',
      0.8,
      share(ten, (pairs) => pairs <= 1000),
    ),
    atMost('5 points worse: median pairs (reference 1,414)', 1700, median(worse(0.05, 0)), 0),
    atMost('10 points worse: median pairs (reference 390)', 450, median(ten), 0),
    atMost('10 points worse, margin .02: median pairs (reference 614)', 700, median(worse(0.1, 0.02)), 0),
    atMost('20 points worse: median pairs (reference 99)', 125, median(worse(0.2, 0)), 0),
  ]
}

function fourMetrics(seed: number, pairs: number): boolean {
  const random = seededRandom('canary', seed)
  let processes: CanaryProcesses = newCanaryProcesses
  for (let pair = 0; pair < pairs; pair += 1) {
    processes = watchPair(processes, { canary: outcome(random), control: outcome(random) }, reference)
    if (crossing(processes) !== undefined) return true
  }
  return false
}

function outcome(random: Random): Outcome {
  return {
    score: Number(random() < 0.8),
    isOk: random() < 0.99,
    durationMs: 1000 * random(),
    costUsd: -Math.log(1 - random()),
  }
}

function pairsUntil(seed: number, of: { points: number; margin: number; most: number }): number {
  const random = seededRandom('worse', seed, of.points)
  let process = newEProcess
  for (let pair = 1; pair <= of.most; pair += 1) {
    const difference = Number(random() < 0.8 - of.points) - Number(random() < 0.8)
    process = bet(process, difference, of.margin)
    if (fires(process, alpha)) return pair
  }
  return Number.POSITIVE_INFINITY
}

/** The candidate with the largest share becomes worse on day 16. */
export function driftRows(seeds: number): EvalRow[] {
  const table = mmluPro()
  const settings = { maxLoss: 0.05, segmentLoss: 0.1 }
  const runsUntilBack = (points: number) =>
    Array.from({ length: seeds }, (_, index) => {
      const changes = [{ day: changedOn, candidate: main, points }]
      const days = played(table, { seed: index + 1, settings, changes })
      return (
        days.filter(({ day }) => day > changedOn).findIndex(({ qualityLoss }) => qualityLoss <= 0.055) + 1
      )
    })
  const fifteen = runsUntilBack(-0.15)
  const thirty = runsUntilBack(-0.3)
  const quiet = Array.from({ length: seeds }, (_, index) =>
    played(table, { seed: index + 1, days: 36, settings }),
  )
  const alarms = quiet.flatMap((run) =>
    run.filter(({ decision }) => decision.alarms.some((name) => name.endsWith('_drift'))),
  )
  const candidateWeeks = (seeds * 36 * table.candidates.length) / 7
  const within = (runs: readonly number[], most: number) => share(runs, (count) => count > 0 && count <= most)
  return [
    atLeast('main candidate 15 points worse: back within 3 runs', 0.9, within(fifteen, 3)),
    atLeast('main candidate 30 points worse: back within 1 run', 0.9, within(thirty, 1)),
    atMost('false alarms in 100 candidate-weeks', 1, (100 * alarms.length) / candidateWeeks, 2),
  ]
}

const changedOn = 16
const main = 'gemini-1.5-flash-002'
