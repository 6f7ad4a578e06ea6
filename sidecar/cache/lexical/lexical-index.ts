import type { Analysis } from '../analysis/analysis.ts'
import type { KnownWords } from '../language/known-words.ts'
import { Vocabulary } from './vocabulary.ts'

export interface Indexed {
  readonly analysis: Analysis
  readonly roots: readonly string[]
  isGone: boolean
  /** Notes of the search that is going on: its number, and the weight found so far. */
  seenBy?: number
  weight?: number
}

/** Newest entries of one key that are looked at. */
const candidatesMax = 8
const rareWordsMax = 3

/** Entries of one scope by canonical key, and by their rarest words where no key is equal. */
export class LexicalIndex<E extends Indexed> {
  readonly vocabulary: Vocabulary<E>
  readonly #byKey = new Map<string, E | E[]>()
  #gone = 0
  #size = 0
  #searches = 0

  constructor(known: KnownWords) {
    this.vocabulary = new Vocabulary(known)
  }

  get size(): number {
    return this.#size
  }

  add(entry: E): void {
    const { key } = entry.analysis
    const same = this.#byKey.get(key)
    if (same === undefined) this.#byKey.set(key, entry)
    else if (Array.isArray(same)) {
      same.push(entry)
      // Older ones of the same key would never be looked at again.
      if (same.length > candidatesMax) same.shift()
    } else this.#byKey.set(key, [same, entry])
    for (const root of entry.roots) this.vocabulary.add(root, entry)
    this.vocabulary.countDocument(1)
    this.#size += 1
  }

  remove(entry: E): void {
    entry.isGone = true
    const { key } = entry.analysis
    const same = this.#byKey.get(key)
    if (same === entry) this.#byKey.delete(key)
    else if (Array.isArray(same)) {
      const rest = same.filter((other) => other !== entry)
      if (rest.length === 0) this.#byKey.delete(key)
      else this.#byKey.set(key, rest)
    }
    for (const root of entry.roots) this.vocabulary.remove(root)
    this.vocabulary.countDocument(-1)
    this.#size -= 1
    this.#gone += 1
    if (this.#gone > 1000 && this.#gone > this.#size / 2) {
      this.vocabulary.sweep((other) => other.isGone)
      this.#gone = 0
    }
  }

  /** Newest first. */
  equal(key: string): readonly E[] {
    const same = this.#byKey.get(key)
    if (same === undefined) return []
    return Array.isArray(same) ? same.toReversed() : [same]
  }

  /** Those that share most of the rarest words, best first. */
  near(roots: readonly string[]): readonly E[] {
    const { vocabulary } = this
    const rarest = roots
      .filter((root) => vocabulary.has(root))
      .map((root) => ({ root, idf: vocabulary.idf(root) }))
      .sort((a, b) => b.idf - a.idf)
      .slice(0, rareWordsMax)
    this.#searches += 1
    const shared: E[] = []
    for (const { root, idf } of rarest)
      for (const entry of vocabulary.entriesOf(root)) {
        if (entry.isGone) continue
        if (entry.seenBy === this.#searches) entry.weight = (entry.weight ?? 0) + idf
        else {
          entry.seenBy = this.#searches
          entry.weight = idf
          shared.push(entry)
        }
      }
    return best(shared)
  }
}

/** The heaviest few, kept in order while the others pass. */
function best<E extends Indexed>(found: readonly E[]): readonly E[] {
  const kept: E[] = []
  for (const entry of found) {
    const weight = entry.weight ?? 0
    if (kept.length === candidatesMax && weight <= (kept.at(-1)?.weight ?? 0)) continue
    let at = kept.length
    while (at > 0 && (kept[at - 1]?.weight ?? 0) < weight) at -= 1
    kept.splice(at, 0, entry)
    if (kept.length > candidatesMax) kept.pop()
  }
  return kept
}
