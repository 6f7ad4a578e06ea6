/** One find: UTF-16 offsets, end exclusive. */
export interface Span {
  start: number
  end: number
  type: string
  /** 0 to 1: 1 with a word that names the type, 0.9 for a shape that proves itself, 0.6 for the usual separators. */
  score: number
}

/** Higher score, then longer, then earlier: what wins stands, what touches it goes. One sort and one sweep. */
export function withoutOverlaps(found: readonly Span[]): Span[] {
  if (found.length < 2) return [...found]
  const kept: Span[] = []
  for (const span of found.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    let wins = true
    while (wins && kept.length > 0 && (kept.at(-1)?.end ?? 0) > span.start) {
      wins = isBetter(span, kept.at(-1) as Span)
      if (wins) kept.pop()
    }
    if (wins) kept.push(span)
  }
  return kept
}

function isBetter(a: Span, b: Span): boolean {
  if (a.score !== b.score) return a.score > b.score
  return a.end - a.start > b.end - b.start
}
