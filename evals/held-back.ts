import type { Collected } from './collect.ts'
import type { LoopInput } from './loop.ts'
import { mixDifference } from './optimiser/difference.ts'
import { at, type Matrix } from './optimiser/matrix.ts'
import { mergedInto } from './segments.ts'
import { type Validation, validate } from './validate.ts'

/** Undefined where there is nothing to be risked: no candidate but the baseline grows. */
export function checkedOn(
  { heldBack, settings }: LoopInput,
  { segments, merge, estimates }: Collected,
  move: { readonly from: Matrix; readonly to: Matrix },
): Validation | undefined {
  const { baseline, share, candidates } = estimates
  const grows = move.to.some((row, s) =>
    row.some((weight, a) => a !== baseline && weight > at(move.from, s, a) + grown),
  )
  if (heldBack === undefined || !grows) return undefined
  const place = new Map(segments.map((segment, s) => [segment, s]))
  const placed = (segment: string) => place.get(mergedInto(merge, segment))
  const rows = heldBack.rows.flatMap((row) => {
    const segment = placed(row.segment)
    const candidate = candidates.indexOf(row.candidate)
    return segment === undefined || candidate < 0 ? [] : [{ ...row, segment, candidate }]
  })
  const prompts = heldBack.prompts.flatMap(({ segment: name, differences }) => {
    const segment = placed(name)
    const of = (candidate: string, a: number) => (a === baseline ? 0 : differences[candidate])
    return segment === undefined ? [] : [{ segment, differences: candidates.map(of) }]
  })
  return validate({
    rows,
    prompts,
    current: move.from,
    next: move.to,
    baseline,
    share,
    maxLoss: settings.maxLoss,
    expected: (weights) => mixDifference(estimates, weights),
  })
}

/** What exploration gives needs no proof. */
const grown = 0.03
