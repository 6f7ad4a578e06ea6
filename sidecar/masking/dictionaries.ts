import { readFile, stat } from 'node:fs/promises'
import { createPhrases, findPhrases, type Phrases } from './detectors/phrases.ts'
import type { Dictionary } from './settings.ts'
import type { Span } from './span.ts'

export interface Terms {
  find(text: string, found: Span[]): void
}

interface Term {
  readonly type: string
  /** As written, where the case counts. */
  readonly exact: string | undefined
  readonly wantsCapital: boolean
}

const score = 0.95

/** All dictionaries in one pass over the text, one look-up a word. */
export function createTerms(dictionaries: readonly Dictionary[]): Terms {
  const phrases = createPhrases(dictionaries.flatMap(termsOf))
  const isEmpty = phrases.byWord.size + phrases.byLetters.size + phrases.byPrefix.size === 0
  return {
    find(text, found) {
      if (!isEmpty) findTerms(phrases, text, found)
    },
  }
}

function termsOf({ type, terms, matchCase = false }: Dictionary): (readonly [string, Term])[] {
  return terms.map((line) => {
    const term = line.trim()
    // A single name is a word as well ("Will"), so it has to be written like one.
    const wantsCapital = type === 'PERSON' && !/\s/.test(term) && /^\p{Lu}/u.test(term)
    return [term.replace(/\*$/, ''), { type, exact: matchCase ? term : undefined, wantsCapital }]
  })
}

function findTerms(phrases: Phrases<Term>, text: string, found: Span[]): void {
  findPhrases(phrases, text, { from: 0, to: text.length }, (start, end, { type, exact, wantsCapital }) => {
    if (exact !== undefined && text.slice(start, end) !== exact) return
    if (wantsCapital && !/^\p{Lu}/u.test(text.slice(start, start + 2))) return
    found.push({ start, end, type, score })
  })
}

/** Lines of a file that are terms: blank ones and those with `#` in front are not. */
export function parseTerms(content: string): string[] {
  return content
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
}

export interface DictionaryFile {
  /** The terms as they are now; read again only when the file has changed. */
  read(): Promise<readonly string[]>
}

/** More would be a database, and hold the memory of one. */
const bytesMost = 64 * 1024 * 1024

export function dictionaryFile(path: string): DictionaryFile {
  let known: { readonly changedMs: number; readonly terms: readonly string[] } | undefined
  return {
    async read() {
      const { mtimeMs, size } = await stat(path)
      if (known?.changedMs === mtimeMs) return known.terms
      if (size > bytesMost) throw new Error(`a dictionary of ${size} bytes; at most ${bytesMost}`)
      known = { changedMs: mtimeMs, terms: parseTerms(await readFile(path, 'utf8')) }
      return known.terms
    },
  }
}
