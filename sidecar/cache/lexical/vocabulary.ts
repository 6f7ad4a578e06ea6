import { type KnownWords, startDocuments } from '../language/known-words.ts'

/** Words of one scope and in how many of its entries they stand, begun with counts of the language at large. */
export class Vocabulary<E> {
  readonly known: KnownWords
  readonly #words = new Map<string, Posting<E>>()
  #documents = 0

  constructor(known: KnownWords) {
    this.known = known
  }

  /** The same string for the same word: entries share it. */
  add(root: string, entry: E): string {
    let posting = this.#words.get(root)
    if (posting === undefined) {
      posting = { word: root, count: 0, entries: [] }
      this.#words.set(root, posting)
    }
    posting.count += 1
    posting.entries.push(entry)
    if (posting.entries.length > postingsMax) posting.entries = posting.entries.slice(-postingsMax / 2)
    return posting.word
  }

  /** The string that is kept for this word already, if there is one. */
  shared(word: string): string {
    return this.#words.get(word)?.word ?? word
  }

  remove(root: string): void {
    const posting = this.#words.get(root)
    if (posting === undefined) return
    posting.count -= 1
    if (posting.count <= 0) this.#words.delete(root)
  }

  countDocument(change: 1 | -1): void {
    this.#documents += change
  }

  readonly idf = (root: string): number => {
    const count = (this.#words.get(root)?.count ?? 0) + this.known.frequency(root)
    return Math.log(1 + (startDocuments + this.#documents) / (1 + count))
  }

  has(root: string): boolean {
    return this.#words.has(root)
  }

  /** Newest last; never more than `postingsMax`. */
  entriesOf(root: string): readonly E[] {
    return this.#words.get(root)?.entries ?? []
  }

  sweep(isGone: (entry: E) => boolean): void {
    for (const posting of this.#words.values())
      posting.entries = posting.entries.filter((entry) => !isGone(entry))
  }

  get size(): number {
    return this.#words.size
  }
}

interface Posting<E> {
  readonly word: string
  count: number
  entries: E[]
}

const postingsMax = 1000
