import { at, type Matrix, sumOf } from './matrix.ts'

/** Weight that may go to other candidates than the baseline in one segment and run. */
const stepMost = 0.25

/** All of the way to the target, or as much of it as a run may go; back to the baseline there is no limit. */
export function step(current: Matrix, target: Matrix, baseline: number): number[][] {
  return target.map((row, s) => {
    const rise = sumOf(row, (weight, a) => (a === baseline ? 0 : Math.max(0, weight - at(current, s, a))))
    const part = rise > stepMost ? stepMost / rise : 1
    return row.map((weight, a) => at(current, s, a) + part * (weight - at(current, s, a)))
  })
}

/** The same where what is in force must not stay: what loses weight loses it now, the baseline bridges the gap. */
export function stepBack(current: Matrix, target: Matrix, baseline: number): number[][] {
  return step(current, target, baseline).map((row, s) => {
    const next = row.map((weight, a) => (a === baseline ? 0 : Math.min(weight, at(target, s, a))))
    next[baseline] = 1 - sumOf(next, (weight) => weight)
    return next
  })
}

/** Cuts are immediate: weight above what is allowed goes to the baseline, before anything is weighed. */
export function cut(
  current: Matrix,
  upper: Matrix,
  baseline: number,
  only: (candidate: number) => boolean,
): number[][] {
  return current.map((row, s) => {
    const next = row.map((weight, a) =>
      a !== baseline && only(a) ? Math.min(weight, at(upper, s, a)) : weight,
    )
    next[baseline] = (next[baseline] ?? 0) + 1 - sumOf(next, (weight) => weight)
    return next
  })
}
