import { calibration } from '../estimators/ppi.ts'
import type { Rectifier } from '../evidence.ts'
import { exitCodes } from '../exit-codes.ts'
import { type JudgeHealth, judgeHealth } from '../judge/health.ts'
import { pairScore } from '../judge/judge.ts'
import type { HumanLabel } from '../judge/labels.ts'
import { readPairText } from '../judge/pair-text.ts'
import type { JudgedPair, Side } from '../judge/verdict.ts'
import { at, dayMs, memoryDays } from './population.ts'
import type { RouteJob } from './route-job.ts'

export interface JudgeStanding {
  /** Its scores may move weights. */
  readonly mayMove: boolean
  readonly problem: string | undefined
  readonly rectifiers: ReadonlyMap<string, Rectifier>
}

const pairsMost = 50_000

const pairsQuery = `
SELECT pair_id AS pair, item, toString(candidate) AS candidate, toString(reason) AS text
FROM {database:Identifier}.scores FINAL
WHERE route = {route:String} AND scorer = 'judge_pair' AND scorer_version = {version:String} AND score IS NOT NULL
  AND ts >= ${at('since')} ORDER BY version DESC LIMIT ${pairsMost}`

const unreadableQuery = `
SELECT toFloat64(countIf(score IS NULL AND reason = 'unreadable')) AS unreadable
FROM {database:Identifier}.scores FINAL
WHERE route = {route:String} AND scorer IN ('judge', 'judge_pair') AND scorer_version = {version:String} AND ts >= ${at('since')}`

interface Pair extends JudgedPair {
  readonly candidate: string
}

/** Whether the judge may be believed, and by what its verdicts have to be corrected; a stage of its own where it acts. */
export async function judgeStanding(job: RouteJob): Promise<JudgeStanding> {
  const { judge, store, settings, nowMs, journal } = job
  if (judge === undefined) return { mayMove: false, problem: undefined, rectifiers: new Map() }
  const { route } = settings
  return journal.stage('judge', route, async () => {
    const where = { route, version: judge.version, since: nowMs - memoryDays * dayMs }
    const rows = await store.rows<{ pair: string; item: string; candidate: string; text: string }>(
      pairsQuery,
      where,
    )
    const [failures] = await store.rows<{ unreadable: number }>(unreadableQuery, where)
    const pairs = rows.flatMap(({ pair, item, candidate, text }): Pair[] => {
      const read = readPairText(text, judge.version)
      const human = humanOf(job.labels, [pair, item], candidate)
      return read === undefined ? [] : [{ ...read, candidate, ...(human === undefined ? {} : { human }) }]
    })
    const health = judgeHealth(pairs, failures?.unreadable ?? 0)
    const mayMove = health.problems.length === 0
    const problem = mayMove ? undefined : `the judge may not move weights: ${health.problems.join('; ')}`
    return {
      value: { mayMove, problem, rectifiers: rectifiersOf(pairs) },
      outcome: {
        status: mayMove ? ('ok' as const) : ('held' as const),
        exitCode: mayMove ? exitCodes.published : exitCodes.scorer,
        asked: pairs.length,
        scored: health.labels,
        reason: problem ?? '',
        figures: figuresOf(health),
      },
    }
  })
}

/** Several people may have looked at one pair: their mean decides. */
function humanOf(
  labels: readonly HumanLabel[],
  subjects: readonly string[],
  candidate: string,
): Side | undefined {
  const own = labels.filter((label) => label.candidate === candidate && subjects.includes(label.subject))
  if (own.length === 0) return undefined
  const mean = own.reduce((sum, { score }) => sum + score, 0) / own.length
  if (mean === 0.5) return 'tie'
  return mean > 0.5 ? 'a' : 'b'
}

function rectifiersOf(pairs: readonly Pair[]): ReadonlyMap<string, Rectifier> {
  const candidates = new Set(pairs.map(({ candidate }) => candidate))
  const worth = (side: Side) => (side === 'tie' ? 0 : side === 'a' ? 1 : -1)
  return new Map(
    [...candidates].flatMap((candidate) => {
      const own = pairs.filter((pair) => pair.candidate === candidate)
      const labelled = own.flatMap((pair) =>
        pair.human === undefined ? [] : [{ human: worth(pair.human), judge: 2 * pairScore(pair) - 1 }],
      )
      // Of one that nobody looked at nothing is known but what all labels say.
      const of =
        labelled.length > 0
          ? labelled
          : pairs.flatMap((pair) =>
              pair.human === undefined ? [] : [{ human: worth(pair.human), judge: 2 * pairScore(pair) - 1 }],
            )
      if (of.length === 0) return []
      const { lambda, mean, variance } = calibration(of, own.length)
      return [[candidate, { lambda, mean, variance }] as const]
    }),
  )
}

function figuresOf(health: JudgeHealth): Record<string, number> {
  const {
    labels,
    consistency = -1,
    firstShare,
    kappa,
    lambda,
    parseFailures,
    lengthAuc,
    winRateAtEqualLength,
  } = health
  return {
    labels,
    consistency,
    first_share: firstShare,
    kappa,
    lambda,
    parse_failures: parseFailures,
    length_auc: lengthAuc,
    win_rate_at_equal_length: winRateAtEqualLength,
  }
}
