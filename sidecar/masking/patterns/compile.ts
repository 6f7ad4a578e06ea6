import { createPhrases, findPhrases, type Phrases } from '../detectors/phrases.ts'
import type { PatternSettings } from '../settings.ts'
import type { Span } from '../span.ts'
import { type BoundedPatterns, createBoundedPatterns } from './bounded.ts'
import { allowLinearEngine, isLinear, withoutCounts } from './linear.ts'
import { PatternProblem } from './problem.ts'

export interface Patterns {
  find(text: string, found: Span[]): void
  close(): Promise<void>
}

interface Compiled {
  readonly type: string
  readonly score: number
  /** In this thread, or where the engine promises nothing undefined: then in another. */
  readonly pattern: RegExp | undefined
  readonly source: string
  readonly context: Phrases<true> | undefined
}

const deadlineMs = 50
const usualScore = 0.9
/** Letters around a match in which a context word counts. */
const nearby = 60

/** Throws a PatternProblem for what cannot be compiled. */
export function createPatterns(settings: readonly PatternSettings[]): Patterns {
  if (settings.length > 0) allowLinearEngine()
  const compiled = settings.map(compile)
  const bounded = createBoundedPatterns(deadlineMs)
  return {
    find(text, found) {
      for (const pattern of compiled)
        for (const [start, end] of matchesOf(pattern, text, bounded))
          if (end > start && isInContext(pattern, text, start, end))
            found.push({ start, end, type: pattern.type, score: pattern.score })
    },
    close: () => bounded.close(),
  }
}

function compile({ type, regex, context, score = usualScore }: PatternSettings): Compiled {
  const problem = problemOf(regex)
  if (problem !== undefined) throw new PatternProblem(problem)
  const counted = isLinear(regex) ? regex : withoutCounts(regex)
  const isFast = counted !== undefined && isLinear(counted)
  return {
    type,
    score,
    source: regex,
    pattern: isFast ? new RegExp(counted, 'gl') : undefined,
    context: context === undefined ? undefined : createPhrases(context.map((word) => [word, true] as const)),
  }
}

/** Why a pattern cannot be used, for whoever wrote it. */
export function problemOf(regex: string): string | undefined {
  const source = regex.replaceAll(/\\\\|\[(?:\\.|[^\]\\])*\]/g, '_')
  if (/\\[1-9]|\\k</.test(source)) return 'back-references have no bound on their time'
  try {
    RegExp(regex)
  } catch {
    return 'it is no regular expression'
  }
  return undefined
}

function matchesOf(
  { pattern, source }: Compiled,
  text: string,
  bounded: BoundedPatterns,
): readonly (readonly [number, number])[] {
  if (pattern === undefined) return bounded.find(source, text)
  return Array.from(text.matchAll(pattern), (match) => [match.index, match.index + match[0].length] as const)
}

function isInContext({ context }: Compiled, text: string, start: number, end: number): boolean {
  if (context === undefined) return true
  let isFound = false
  const from = Math.max(0, start - nearby)
  findPhrases(context, text, { from, to: Math.min(text.length, end + nearby) }, (wordStart, wordEnd) => {
    isFound ||= wordEnd <= start || wordStart >= end
  })
  return isFound
}
