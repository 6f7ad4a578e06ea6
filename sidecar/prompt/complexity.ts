/**
 * How demanding a request looks, from its own last turn: a weak signal (between thirds of it the lead of a strong model
 * over a cheap one grew by a few points in public tables), and one that can be explained.
 */
export interface Complexity {
  /** 0 to 1. */
  readonly score: number
  readonly tokens: number
  /** List items, and words that bind the answer. */
  readonly constraints: number
  readonly hasCode: boolean
  /** Share of characters that are signs of mathematics. */
  readonly mathShare: number
}

/** Longer than what a person writes; what follows is material. */
const charsMax = 16_384
const charsPerToken = 4

const binding =
  /\b(must|only|exactly|except|never|always|without|unless|at least|at most|no more than|each|every|muss|nur|genau|außer|niemals|doit|seulement|exactement|sauf|debe|solo|exactamente|excepto)\b/gi
// Of one line only: across lines, blank ones would be read again from each of them.
const listItem = /^[ \t]*(?:[-*•]|\d{1,3}[.)])[ \t]+\S/gm
const code = /```|\b(?:function|const|class|def|import|SELECT|return)\b[^\n]{0,80}[({;:=]|=>|<\/\w+>/
const mathSigns = /[=+*/^<>≤≥≠±√∑∫∂∞πλθαβ∈⊂∪∩]|\\(?:frac|sum|int|sqrt)/g

export function complexityOf(
  text: string,
  tokens: number = Math.ceil(text.length / charsPerToken),
): Complexity {
  const read = text.slice(0, charsMax)
  const constraints = count(read, binding) + count(read, listItem)
  const hasCode = code.test(read)
  const mathShare = read.length === 0 ? 0 : count(read, mathSigns) / read.length
  const score =
    0.35 * Math.min(1, Math.log2(1 + tokens / 250) / 6) +
    0.25 * Math.min(1, constraints / 8) +
    0.2 * (hasCode ? 1 : 0) +
    0.2 * Math.min(1, mathShare / 0.05)
  return { score, tokens, constraints, hasCode, mathShare }
}

function count(text: string, pattern: RegExp): number {
  let found = 0
  for (const _match of text.matchAll(pattern)) found += 1
  return found
}

export type ComplexityLevel = 'low' | 'medium' | 'high'

/** Before a route has seen enough: thirds of everyday traffic, a guess to be replaced by its own. */
const firstBounds = { low: 0.1, high: 0.3 }
const samplesMin = 60
const samplesMax = 512
const routesMax = 1000

/** Where the thirds of a route's own traffic lie, from its last requests. */
export class Terciles {
  readonly #routes = new Map<string, { scores: number[]; next: number; bounds: typeof firstBounds }>()

  level(route: string, score: number): ComplexityLevel {
    const { low, high } = this.#routes.get(route)?.bounds ?? firstBounds
    if (score < low) return 'low'
    return score < high ? 'medium' : 'high'
  }

  add(route: string, score: number): void {
    let known = this.#routes.get(route)
    if (known === undefined) {
      if (this.#routes.size >= routesMax) this.#routes.clear()
      known = { scores: [], next: 0, bounds: firstBounds }
      this.#routes.set(route, known)
    }
    known.scores[known.next % samplesMax] = score
    known.next += 1
    // Sorting is dear; thirds move slowly.
    if (known.next >= samplesMin && known.next % 32 === 0) known.bounds = boundsOf(known.scores)
  }
}

function boundsOf(scores: readonly number[]): typeof firstBounds {
  const sorted = [...scores].sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? 0
  return { low: at(1 / 3), high: at(2 / 3) }
}
