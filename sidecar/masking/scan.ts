import { createFinders, type Finders } from './finders.ts'
import { createMemo } from './memo.ts'
import type { ScannerSettings } from './settings.ts'
import { type Span, withoutOverlaps } from './span.ts'

/** What is known of a string besides its text. */
export interface ScanHint {
  /** The JSON key a string stands under in tool results and arguments. */
  readonly key?: string
}

export interface Scanner {
  /** Sorted, disjoint, at least `minScore`. Throws when a user's pattern runs over its deadline. */
  scan(text: string, hint?: ScanHint): readonly Span[]
  /** Loads what is loaded with the first use, so that no request waits for it. */
  warm(): void
  /** Ends the thread of patterns that have no bound. */
  close(): Promise<void>
}

const memoBytesUsual = 32 * 1024 * 1024

/** Throws a PatternProblem when a pattern of the settings cannot be used. */
export function createScanner(settings: ScannerSettings): Scanner {
  const { minScore = 0.5, memoBytes = memoBytesUsual } = settings
  const finders = createFinders(settings)
  const allowed = new Set(settings.allow ?? [])
  const memo = createMemo(memoBytes)
  const find = (text: string, key: string | undefined) =>
    withoutOverlaps(
      finders
        .find(text, key)
        .filter(
          ({ score, start, end }) =>
            score >= minScore && !(allowed.size > 0 && allowed.has(text.slice(start, end))),
        ),
    )
  return {
    scan(text, { key } = {}) {
      const known = memo.get(text, key)
      if (known !== undefined) return known
      const spans = find(text, key)
      memo.set(text, key, spans)
      return spans
    },
    warm: () => warm(finders),
    close: () => finders.close(),
  }
}

/** A few rounds also compile the loops; cold they take ten times as long. */
const rounds = 40
const sample =
  'Dear Ms Jane Doe, please call +44 20 7946 0018 or write to jane@example.com. Her card 4111 1111 1111 1111, password: none. 10.0.0.1\n'

function warm(finders: Finders): void {
  for (let round = 0; round < rounds; round += 1) finders.find(sample.repeat(8), undefined)
}
