/** One find: UTF-16 offsets, end exclusive. */
export interface Span {
  start: number
  end: number
  type: string
  /** 0 to 1: 1 with a word that names the type, 0.9 for a shape that proves itself, 0.6 for the usual separators. */
  score: number
}

/**
 * Higher score, then longer, then earlier: what wins stands, what touches it goes. Places that are taken are marked, so
 * the time depends on how long the finds are and never on pairs of them.
 */
export function withoutOverlaps(found: readonly Span[]): readonly Span[] {
  const sorted = found.toSorted((a, b) => a.start - b.start || b.end - a.end)
  const isApart = sorted.every((span, index) => index === 0 || (sorted[index - 1]?.end ?? 0) <= span.start)
  if (isApart) return sorted
  const first = sorted[0]?.start ?? 0
  const last = sorted.reduce((most, { end }) => Math.max(most, end), 0)
  const taken = new Uint8Array(last - first)
  const isTaken = ({ start, end }: Span) => taken.subarray(start - first, end - first).includes(1)
  const kept = sorted.toSorted(byWorth).filter((span) => {
    if (isTaken(span)) return false
    taken.fill(1, span.start - first, span.end - first)
    return true
  })
  return kept.sort((a, b) => a.start - b.start)
}

const byWorth = (a: Span, b: Span) =>
  b.score - a.score || b.end - b.start - (a.end - a.start) || a.start - b.start
