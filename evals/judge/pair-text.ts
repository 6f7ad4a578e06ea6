import type { JudgedPair, Side } from './verdict.ts'

const step = 0.25
const most = 5

/** A comparison as a label: few distinct ones, so lengths are told by their ratio alone, in coarse steps. */
export function pairText({
  verdict,
  swapped = verdict,
  position,
  lengths = [1, 1],
}: Omit<JudgedPair, 'human'>): string {
  const ratio = Math.log((lengths[0] + 1) / (lengths[1] + 1))
  const coarse = Math.max(-most, Math.min(most, Math.round(ratio / step) * step))
  return `${verdict} ${swapped} ${position} ${coarse}`
}

const form = /^(a|b|tie) (a|b|tie) (first|second|tie) (-?[\d.]+)$/

export function readPairText(text: string, scorerVersion: string): JudgedPair | undefined {
  const [, verdict, swapped, position, ratio] = form.exec(text) ?? []
  if (ratio === undefined) return undefined
  const longer = Math.round(1000 * Math.exp(Number(ratio)))
  return {
    scorerVersion,
    verdict: verdict as Side,
    swapped: swapped as Side,
    position: position as JudgedPair['position'],
    lengths: [longer, 1000],
  }
}
