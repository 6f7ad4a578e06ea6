import { drawNumber, holdoutShare, pick, pickHeldOut } from '../../contract/draw.ts'

export interface DrawnRow {
  readonly route: string
  readonly saltId: string
  /** What the draw went by; undefined where it is not in the row. */
  readonly unit: string | undefined
  readonly drawN: number
  readonly drawU: number
  readonly candidates: readonly string[]
  readonly probabilities: readonly number[]
  readonly assigned: string
  readonly isHoldout: boolean
  /** Whose holdout stands in front; undefined where there is none. */
  readonly baseline: string | undefined
}

/** Whether the draw, done once more from the row, has the same number and the same winner. */
export function isSameDraw(row: DrawnRow): boolean {
  const { unit, drawU, drawN, route, saltId, assigned, candidates } = row
  const u = unit === undefined ? drawU : drawNumber({ salt: saltId, route, unit, n: drawN })
  if (u !== drawU) return false
  const { index, isHoldout } = winnerOf(row)
  return candidates[index] === assigned && isHoldout === row.isHoldout
}

function winnerOf({ candidates, probabilities, drawU, baseline }: DrawnRow): {
  index: number
  isHoldout: boolean
} {
  const at = baseline === undefined ? -1 : candidates.indexOf(baseline)
  if (at < 0 || (probabilities[at] ?? 0) < holdoutShare)
    return { index: pick(probabilities, drawU), isHoldout: false }
  return pickHeldOut(probabilities, drawU, at)
}
