import { calibration } from '../estimators/ppi.ts'
import { kappa, lengthAuc, winRateAtEqualLength } from './agreement.ts'
import { type JudgedPair, scoreOf } from './verdict.ts'

export interface JudgeHealth {
  readonly labels: number
  /** Share of verdicts that survive the other order; undefined: nobody asked. */
  readonly consistency: number | undefined
  /** Of picked answers, those that stood first. */
  readonly firstShare: number
  readonly kappa: number
  readonly lambda: number
  readonly parseFailures: number
  readonly lengthAuc: number
  readonly winRateAtEqualLength: number
  /** Empty: its scores may move weights. */
  readonly problems: readonly string[]
}

const leastLabels = 50
const leastConsistency = 0.8
const firstBounds = [0.4, 0.6] as const
const leastKappa = 0.4
const leastLambda = 0.3
const parseFailuresMost = 0.02
const lengthAucMost = 0.75

/** Whether a judge may be believed: of one version, over pairs it judged and `failures` it did not answer readably. */
export function judgeHealth(pairs: readonly JudgedPair[], failures: number): JudgeHealth {
  const labelled = pairs.flatMap((pair) => (pair.human === undefined ? [] : [{ ...pair, human: pair.human }]))
  const scores = labelled.map(({ human, verdict }) => ({ human: scoreOf(human), judge: scoreOf(verdict) }))
  const swapped = pairs.filter((pair) => pair.swapped !== undefined)
  const picked = pairs.filter(({ position }) => position !== 'tie')
  const measured = {
    labels: labelled.length,
    consistency:
      swapped.length === 0
        ? undefined
        : swapped.filter((pair) => pair.swapped === pair.verdict).length / swapped.length,
    firstShare: picked.filter(({ position }) => position === 'first').length / Math.max(picked.length, 1),
    kappa: kappa(labelled),
    lambda: calibration(scores, pairs.length).lambda,
    parseFailures: failures / Math.max(pairs.length + failures, 1),
    lengthAuc: lengthAuc(pairs),
    winRateAtEqualLength: winRateAtEqualLength(pairs),
  }
  return { ...measured, problems: [...problemsOf(measured), ...mixedVersions(pairs)] }
}

function problemsOf(of: Omit<JudgeHealth, 'problems'>): string[] {
  const problems: string[] = []
  const [least, most] = firstBounds
  if (of.labels < leastLabels) problems.push(`${of.labels} labels of people; ${leastLabels} are needed`)
  if (of.consistency !== undefined && of.consistency < leastConsistency)
    problems.push(
      `${percent(of.consistency)} of verdicts survive the other order; ${percent(leastConsistency)} must`,
    )
  if (of.firstShare < least || of.firstShare > most)
    problems.push(`it picks the answer that stands first in ${percent(of.firstShare)} of pairs`)
  if (of.kappa < leastKappa && of.lambda < leastLambda)
    problems.push(
      `it agrees too little with people (kappa ${of.kappa.toFixed(2)}, lambda ${of.lambda.toFixed(2)})`,
    )
  if (of.parseFailures > parseFailuresMost)
    problems.push(`${percent(of.parseFailures)} of its replies could not be read`)
  if (of.lengthAuc > lengthAucMost || of.lengthAuc < 1 - lengthAucMost)
    problems.push(`length alone tells its verdict (AUC ${of.lengthAuc.toFixed(2)})`)
  return problems
}

/** Scores of two judges, or of two versions of one, are never one sample: a new judge moves them by several floors. */
export function mixedVersions(scores: readonly { readonly scorerVersion: string }[]): string[] {
  const versions = new Set(scores.map(({ scorerVersion }) => scorerVersion))
  return versions.size > 1 ? [`scores of ${versions.size} versions of the scorer are mixed`] : []
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`
}
