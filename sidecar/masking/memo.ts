import { hash } from 'node:crypto'
import type { Span } from './span.ts'

/** What was found in a string before, by its digest: texts themselves are not kept. */
export interface Memo {
  get(text: string, key: string | undefined): readonly Span[] | undefined
  set(text: string, key: string | undefined, spans: readonly Span[]): void
}

/** A digest, the map's entry and its list; measured as an upper bound. */
const entryBytes = 200
const spanBytes = 72
/** A shorter text is scanned sooner than digested. */
const lengthLeast = 64

export function createMemo(bytesMost: number): Memo {
  const known = new Map<string, readonly Span[]>()
  let bytes = 0
  const sizeOf = (spans: readonly Span[]) => entryBytes + spans.length * spanBytes
  const digest = (text: string, key: string | undefined) =>
    key === undefined
      ? hash('sha256', text, 'base64')
      : `${hash('sha256', text, 'base64')}${hash('sha256', key, 'base64')}`
  const forget = (name: string, spans: readonly Span[]) => {
    known.delete(name)
    bytes -= sizeOf(spans)
  }
  return {
    get(text, key) {
      if (bytesMost === 0 || text.length < lengthLeast) return undefined
      const name = digest(text, key)
      const spans = known.get(name)
      if (spans === undefined) return undefined
      // Used again: to the end of the line.
      known.delete(name)
      known.set(name, spans)
      return spans
    },
    set(text, key, spans) {
      if (text.length < lengthLeast || sizeOf(spans) > bytesMost) return
      const name = digest(text, key)
      const before = known.get(name)
      if (before !== undefined) forget(name, before)
      known.set(name, spans)
      bytes += sizeOf(spans)
      for (const [oldest, oldestSpans] of known) {
        if (bytes <= bytesMost) break
        forget(oldest, oldestSpans)
      }
    },
  }
}
