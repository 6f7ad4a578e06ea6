/** One find: UTF-16 offsets, end exclusive. */
export interface Span {
  start: number
  end: number
  type: string
  /** 0 to 1: 1 with a word that names the type, 0.9 for a shape that proves itself, 0.6 for the usual separators. */
  score: number
}

/**
 * Higher score, then longer, then earlier: what wins stands, what touches it goes. Only finds that touch are compared,
 * cluster by cluster, and in a cluster the places that are taken are marked, so the time depends on how long the finds
 * are and never on pairs of them.
 */
export function withoutOverlaps(found: readonly Span[]): readonly Span[] {
  const sorted = found.toSorted(byPlace)
  const kept: Span[] = []
  let first = 0
  while (first < sorted.length) {
    let end = sorted[first]?.end ?? 0
    let next = first + 1
    for (; next < sorted.length; next += 1) {
      const span = sorted[next] as Span
      if (span.start >= end) break
      if (span.end > end) end = span.end
    }
    if (next === first + 1) kept.push(sorted[first] as Span)
    else keepBest(sorted.slice(first, next), end, kept)
    first = next
  }
  return kept
}

/** Of finds that hang together, those that stand, in their order. */
function keepBest(cluster: readonly Span[], end: number, kept: Span[]): void {
  const from = cluster[0]?.start ?? 0
  const taken = new Uint8Array(end - from)
  const standing = cluster.toSorted(byWorth).filter((span) => {
    if (taken.subarray(span.start - from, span.end - from).includes(1)) return false
    taken.fill(1, span.start - from, span.end - from)
    return true
  })
  for (const span of standing.sort(byPlace)) kept.push(span)
}

const byPlace = (a: Span, b: Span) => a.start - b.start || b.end - a.end

const byWorth = (a: Span, b: Span) =>
  b.score - a.score || b.end - b.start - (a.end - a.start) || a.start - b.start
