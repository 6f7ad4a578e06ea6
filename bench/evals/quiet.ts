import { integrity } from '../../evals/integrity/integrity.ts'
import { isSameDraw } from '../../evals/integrity/recompute.ts'
import { seededRandom } from '../../evals/random.ts'
import { playDay, type Row, type Ruling } from '../../evals/simulate/day.ts'
import { factsOf } from '../../evals/simulate/facts.ts'
import { madeUpTable, mmluPro, played } from '../../testing/evals.ts'
import { atLeast, atMost, type EvalRow, mean, share } from './row.ts'

/** Where nothing is to be found, nothing happens; and every candidate goes on being seen. */
export function quietRows(seeds: number): EvalRow[] {
  const equal = madeUpTable({ segments: 4, quality: [0.7, 0.7, 0.7, 0.7], costUsd: [1, 1, 1, 1] })
  const still = Array.from({ length: seeds * 3 }, (_, index) =>
    played({ ...equal, baseline: 'c0' }, { seed: index + 1, settings: { maxLoss: 0.02 } }),
  )
  const cheaper = madeUpTable({ segments: 4, quality: [0.7, 0.7, 0.7, 0.7], costUsd: [1, 0.5, 0.2, 0.1] })
  const costs = (maxLoss: number) =>
    Array.from({ length: seeds }, (_, index) =>
      played({ ...cheaper, baseline: 'c0' }, { seed: index + 1, settings: { maxLoss } }),
    ).map((run) => run[27]?.costShare ?? 1)
  const starved = played(mmluPro(), { settings: { maxLoss: 0.05, scores: 200 } })
  const least = Math.min(
    ...starved.flatMap(({ weights }) => Object.values(weights).flatMap((row) => Object.values(row))),
  )
  return [
    atLeast('equal candidates: runs of 28 days that publish nothing', 0.95, share(still, publishesNothing)),
    atMost('equal quality at 1, .5, .2, .1, floor .05: cost on day 27', 0.2, mean(costs(0.05))),
    atMost(unprovable, 0.2, mean(costs(0.02))),
    atLeast('least share of a candidate, 200 scores a day', 0.005, least, 6),
    atLeast(
      'least scores of a candidate on a day',
      1,
      Math.min(...starved.flatMap(({ scored }) => scored)),
      0,
    ),
  ]
}

/** The scores of a holdout of 100 requests a day cannot tell a loss of two points from none at two standard errors. */
export const unprovable = 'the same, floor .02'

function publishesNothing(run: ReturnType<typeof played>): boolean {
  return run.every(({ decision }) => decision.policy === undefined)
}

/** Logs that are not what they say. */
export function integrityRows(runs: number): EvalRow[] {
  const table = mmluPro()
  const shares = [0.1, 0.005, 0.4, 0.295, 0.2]
  const ruling: Ruling = {
    saltId: 's1',
    route: 'r',
    baseline: 0,
    segmentOf: (segment) => segment,
    sharesOf: () => shares,
  }
  const of = { ruling, candidates: table.candidates, policyVersion: 1 }
  const logs = Array.from({ length: runs }, (_, index) =>
    playDay(table, ruling, { day: index, requests: 20_000, random: seededRandom('integrity', index) }),
  )
  const isHeld = (rows: readonly Row[]) =>
    integrity({ ...factsOf(rows, of), mismatches: 0 }).problems.length > 0
  const diverted = logs.map((rows, index) => {
    const random = seededRandom('divert', index)
    return rows.map((row) => (row.candidate === 2 && random() < 0.05 ? { ...row, candidate: 4 } : row))
  })
  const [log = []] = logs
  const forged = log.map((row, index) =>
    index === 17 ? { ...row, candidate: (row.candidate + 1) % 5 } : row,
  )
  return [
    atLeast(
      '5 % of the main candidate diverted, 20,000 rows: held by counts alone',
      0.99,
      share(diverted, isHeld),
    ),
    atMost('clean logs that are held', 0.005, share(logs, isHeld)),
    atLeast(
      'one forged winner among those drawn again: held',
      1,
      Number(integrity(factsOf(forged, of)).problems.length > 0),
      0,
    ),
    atLeast(
      'rows whose draw recomputes',
      1,
      share(log, (row) => isSameDraw(drawn(row, of))),
      4,
    ),
  ]
}

function drawn(row: Row, { ruling, candidates }: { ruling: Ruling; candidates: readonly string[] }) {
  return {
    ...row,
    route: ruling.route,
    saltId: ruling.saltId,
    drawN: 0,
    candidates,
    assigned: candidates[row.candidate] ?? '',
    baseline: candidates[ruling.baseline],
  }
}
