import { decodedIn } from './encoded.ts'
import { foldTable } from './fold.ts'
import { invisibleIn } from './invisible.ts'
import { markersIn } from './markers.ts'
import { createRuleBook, type Match, matched } from './match.ts'
import { createVocabulary, hitsOf } from './words.ts'

export interface Scored {
  readonly score: number
  /** Where it is, in order; empty unless asked for. */
  readonly spans: readonly { readonly start: number; readonly end: number }[]
}

export interface ScoreOptions {
  /** The text came from a tool: nobody there may give orders. */
  readonly isTool?: boolean
  readonly withSpans?: boolean
}

export interface Scorer {
  score(text: string, options?: ScoreOptions): Scored
}

const invisibleWeight = 3
/** This many hidden letters are no accident. */
const spelledMin = 8
const spelledWeight = 4
/** A single word in rot13 may be one of another language. */
const turnedMin = 3
/** Records keep 16 bits. */
const scoreMax = 65_535

/** Weighs a text by what it says, in the time that it takes to read it. Nothing of it is kept. */
export function createScorer(): Scorer {
  const vocabulary = createVocabulary(foldTable())
  const book = createRuleBook(vocabulary)
  const wordsOf = (text: string, onMatch?: (match: Match) => void) => {
    const { plain, turned } = hitsOf(text, vocabulary)
    const hidden = turned.length > 1 ? matched(turned, book, onMatch) : 0
    return (plain.length > 0 ? matched(plain, book, onMatch) : 0) + (hidden >= turnedMin ? hidden : 0)
  }
  return {
    score(text, { isTool = false, withSpans = false } = {}) {
      const spans: { start: number; end: number }[] = []
      const note = withSpans
        ? ({ start, end }: { start: number; end: number }) => spans.push({ start, end })
        : undefined
      let score = wordsOf(text, note)
      const markers = markersIn(text, isTool)
      score += Math.max(0, ...markers.slice(0, 64).map(({ weight }) => weight))
      for (const marker of markers) note?.(marker)
      const { count, spelled } = invisibleIn(text)
      if (count > 0) score += spelled.length >= spelledMin ? spelledWeight : invisibleWeight
      if (spelled.length >= spelledMin) score += wordsOf(spelled)
      for (const decoded of decodedIn(text)) {
        const inner =
          wordsOf(decoded.text) +
          Math.max(
            0,
            ...markersIn(decoded.text, isTool)
              .slice(0, 64)
              .map(({ weight }) => weight),
          )
        score += inner
        if (inner > 0) note?.(decoded)
      }
      return { score: Math.min(score, scoreMax), spans: spans.toSorted((a, b) => a.start - b.start) }
    },
  }
}
