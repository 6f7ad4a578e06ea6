import { findEmails } from './detectors/email.ts'
import type { ScannerSettings } from './settings.ts'
import { type Span, withoutOverlaps } from './span.ts'

/** What is known of a string besides its text. */
export interface ScanHint {
  /** The JSON key a string stands under in tool results and arguments. */
  readonly key?: string
}

export interface Scanner {
  /** Sorted, disjoint, at least `minScore`. */
  scan(text: string, hint?: ScanHint): readonly Span[]
}

export function createScanner({ minScore = 0.5 }: ScannerSettings): Scanner {
  return {
    scan(text) {
      const found: Span[] = []
      findEmails(text, found)
      return withoutOverlaps(found.filter(({ score }) => score >= minScore))
    },
  }
}
