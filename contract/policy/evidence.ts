import { isObject } from '../json.ts'

const figures = ['n', 'quality', 'lower', 'cost'] as const
const ofCandidate = ['n', 'quality', 'lower', 'upper'] as const

/** Undefined when there is none, or what there is has the figures that are read. */
export function evidenceProblem(value: unknown): string | undefined {
  if (value === undefined) return undefined
  if (!isObject(value) || typeof value['run_id'] !== 'string') return '`evidence` has no run_id'
  const missing = figures.find((name) => !Number.isFinite(value[name]))
  if (missing !== undefined) return `\`evidence.${missing}\` is no number`
  const { candidates = {} } = value
  if (!isObject(candidates)) return '`evidence.candidates` is no object'
  const isWhole = Object.values(candidates).every(
    (one) => isObject(one) && ofCandidate.every((name) => Number.isFinite(one[name])),
  )
  return isWhole ? undefined : '`evidence.candidates` lacks n, quality, lower or upper of a candidate'
}
