import type { Analysis } from '../analysis/analysis.ts'

/**
 * Pieces of a text keep the whole text alive, and joined texts stay in pieces: what is kept for an hour is copied once
 * into strings of their own, words being shared by all entries that have them.
 */
export function compact(analysis: Analysis, shared: (word: string) => string): Analysis {
  const own = (text: string) => (text === '' ? '' : Buffer.from(text).toString())
  return {
    ...analysis,
    text: own(analysis.text),
    key: own(analysis.key),
    sequence: own(analysis.sequence),
    functions: own(analysis.functions),
    numbers: own(analysis.numbers),
    symbols: own(analysis.symbols),
    content: analysis.content.length === 0 ? none : analysis.content.map(shared),
    names: analysis.names.length === 0 ? none : analysis.names.map(shared),
  }
}

const none: readonly string[] = []
