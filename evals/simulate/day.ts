import { drawNumber, pickHeldOut } from '../../contract/draw.ts'
import type { Random } from '../random.ts'
import type { Prompt, Table } from './table.ts'

/** One simulated request, as the sidecar would have recorded it. */
export interface Row {
  readonly segment: string
  readonly candidate: number
  readonly isHoldout: boolean
  readonly propensity: number
  readonly probabilities: readonly number[]
  readonly unit: string
  readonly drawU: number
  readonly prompt: Prompt
}

export interface Ruling {
  readonly saltId: string
  readonly route: string
  readonly baseline: number
  /** As a sidecar records it: merged as the policy in force says. */
  segmentOf(segment: string): string
  sharesOf(segment: string): readonly number[]
}

/** A day of traffic: prompts by chance, candidates by the draw that sidecars make. */
export function playDay(
  table: Table,
  ruling: Ruling,
  of: { day: number; requests: number; random: Random },
): Row[] {
  const { prompts } = table
  return Array.from({ length: of.requests }, (_, index) => {
    const prompt = prompts[Math.floor(of.random() * prompts.length)] as Prompt
    const segment = ruling.segmentOf(prompt.segment)
    const probabilities = ruling.sharesOf(prompt.segment)
    const unit = `${of.day}-${index}`
    const drawU = drawNumber({ salt: ruling.saltId, route: ruling.route, unit, n: 0 })
    const { index: candidate, isHoldout } = pickHeldOut(probabilities, drawU, ruling.baseline)
    const propensity = probabilities[candidate] ?? 0
    return { segment, candidate, isHoldout, propensity, probabilities, unit, drawU, prompt }
  })
}
