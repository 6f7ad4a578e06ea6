/** A request that was scored, with the chances it came about by. */
export interface ScoredRow {
  readonly segment: number
  readonly candidate: number
  readonly score: number
  readonly propensity: number
  readonly inclusion: number
  /** In [0, 1), by the unit: which half learns and which is judged. */
  readonly unit: number
}

/** Segment by candidate. */
export type Weights = readonly (readonly number[])[]

const clipAt = 20
const folds = 2
const prior = 5

export interface Weighed {
  readonly row: ScoredRow
  /** How much more often the policy would have come to it; 1 on average. */
  readonly weight: number
  readonly isClipped: boolean
}

/** What is scored is a sample of a sample: both chances count, and the second is made 1 on average. */
export function weighed(rows: readonly ScoredRow[], policy: Weights): Weighed[] {
  const rate = rows.length / rows.reduce((sum, { inclusion }) => sum + 1 / inclusion, 0)
  return rows.map((row) => {
    const { segment, candidate, propensity, inclusion } = row
    const raw = ((policy[segment]?.[candidate] ?? 0) * rate) / (propensity * inclusion)
    return { row, weight: Math.min(raw, clipAt), isClipped: raw > clipAt }
  })
}

/** How many rows of the policy itself these are worth. */
export function effectiveSample(rows: readonly Weighed[]): number {
  const sum = rows.reduce((total, { weight }) => total + weight, 0)
  const squares = rows.reduce((total, { weight }) => total + weight * weight, 0)
  return squares > 0 ? sum ** 2 / squares : 0
}

export function clippedShare(rows: readonly Weighed[]): number {
  return rows.length === 0 ? 0 : rows.filter(({ isClipped }) => isClipped).length / rows.length
}

/** Self-normalised inverse propensities: a little biased, and it never leaves the range of the scores. */
export function snips(rows: readonly Weighed[]): number {
  const weight = rows.reduce((sum, row) => sum + row.weight, 0)
  return weight > 0 ? rows.reduce((sum, { row, weight: own }) => sum + own * row.score, 0) / weight : 0
}

export interface PolicyDifference {
  readonly mean: number
  readonly error: number
}

/**
 * How much better one policy would have done than another on the same requests. A model of each cell's mean says what
 * it can, and what it gets wrong is weighed in; it never sees the rows that it is corrected by (cross-fitted).
 */
export function doublyRobust(
  rows: readonly ScoredRow[],
  of: { readonly policy: Weights; readonly against: Weights; readonly share: readonly number[] },
): PolicyDifference {
  const models = Array.from({ length: folds }, (_, fold) =>
    cellMeans(
      rows.filter((row) => foldOf(row) !== fold),
      of,
    ),
  )
  const own = weighed(rows, of.policy)
  const other = weighed(rows, of.against)
  let sum = 0
  let squares = 0
  for (const [index, row] of rows.entries()) {
    const expected = models[foldOf(row)]?.[row.segment]?.[row.candidate] ?? 0
    const term = ((own[index]?.weight ?? 0) - (other[index]?.weight ?? 0)) * (row.score - expected)
    sum += term
    squares += term * term
  }
  const n = Math.max(rows.length, 1)
  const spread = Math.max(0, squares / n - (sum / n) ** 2)
  return { mean: direct(models, of) + sum / n, error: Math.sqrt(spread / n) }
}

function foldOf({ unit }: ScoredRow): number {
  return Math.min(folds - 1, Math.floor(unit * folds))
}

function direct(
  models: readonly Weights[],
  { policy, against, share }: { policy: Weights; against: Weights; share: readonly number[] },
): number {
  let total = 0
  for (const [s, part] of share.entries())
    for (const [a, weight] of (policy[s] ?? []).entries()) {
      const moved = weight - (against[s]?.[a] ?? 0)
      total += part * moved * (models.reduce((sum, model) => sum + (model[s]?.[a] ?? 0), 0) / models.length)
    }
  return total
}

/** Means of cells, drawn towards the candidate's own on the route where few rows are known. */
function cellMeans(rows: readonly ScoredRow[], { policy }: { policy: Weights }): number[][] {
  const width = policy[0]?.length ?? 0
  const cells = policy.map(() => Array.from({ length: width }, () => ({ n: 0, sum: 0 })))
  const route = Array.from({ length: width }, () => ({ n: 0, sum: 0 }))
  for (const { segment, candidate, score } of rows)
    for (const cell of [cells[segment]?.[candidate], route[candidate]]) {
      if (cell === undefined) continue
      cell.n += 1
      cell.sum += score
    }
  return cells.map((row) =>
    row.map(({ n, sum }, a) => {
      const mean = (route[a]?.sum ?? 0) / Math.max(route[a]?.n ?? 0, 1)
      return (sum + prior * mean) / (n + prior)
    }),
  )
}
