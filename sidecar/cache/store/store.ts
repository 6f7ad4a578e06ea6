import type { KnownWords } from '../language/known-words.ts'
import { LexicalIndex } from '../lexical/lexical-index.ts'
import { bytesOf, type Entry, type EntryContent } from './entry.ts'
import { Heap } from './heap.ts'

export interface StoreLimits {
  readonly bytesMax: number
  /** Share of it that one customer may fill. */
  readonly quota: number
  readonly usdPerSecond: number
}

export type EntryWithWords = Entry & { readonly analysis: NonNullable<Entry['analysis']> }

/** Entries by key, by words within their scope, and by what they are worth. Bounded in bytes. */
export class Store {
  readonly #known: KnownWords
  #limits: StoreLimits
  readonly #byExact = new Map<string, Entry>()
  readonly #byId = new Map<string, Entry>()
  readonly #byScope = new Map<string, LexicalIndex<EntryWithWords>>()
  readonly #ranks = new Map<string, Heap<Entry>>()
  readonly #ownBytes = new Map<string, number>()
  readonly #leavers: ((entry: Entry) => void)[] = []
  #bytes = 0
  #clock = 0
  #evictions = 0

  constructor(limits: StoreLimits, known: KnownWords) {
    this.#limits = limits
    this.#known = known
  }

  get size(): number {
    return this.#byExact.size
  }

  get bytes(): number {
    return this.#bytes
  }

  get evictions(): number {
    return this.#evictions
  }

  limit(limits: StoreLimits): void {
    this.#limits = limits
    while (this.#bytes > limits.bytesMax && this.#evict('') !== undefined);
  }

  /** Told of every entry that goes, however it goes. */
  onLeave(told: (entry: Entry) => void): void {
    this.#leavers.push(told)
  }

  exact(key: string): Entry | undefined {
    return this.#byExact.get(key)
  }

  byId(id: string): Entry | undefined {
    return this.#byId.get(id)
  }

  scope(compat: string): LexicalIndex<EntryWithWords> | undefined {
    return this.#byScope.get(compat)
  }

  entries(): Iterable<Entry> {
    return this.#byExact.values()
  }

  /** Undefined when it is larger than its owner's share: such an answer is not kept. */
  add(content: EntryContent): Entry | undefined {
    const bytes = bytesOf(content)
    const ownMax = this.#limits.bytesMax * this.#limits.quota
    if (bytes > ownMax) return undefined
    const before = this.#byExact.get(content.exact)
    if (before !== undefined) this.remove(before)
    while (
      (this.#ownBytes.get(content.owner) ?? 0) + bytes > ownMax &&
      this.#evict(content.owner) !== undefined
    );
    while (this.#bytes + bytes > this.#limits.bytesMax && this.#evict('') !== undefined);
    const entry: Entry = {
      ...content,
      bytes,
      hits: 0,
      priority: 0,
      isGone: false,
      vectorAt: -1,
      askedBy: undefined,
      confirmed: 0,
      vectorKey: '',
      seenBy: 0,
      weight: 0,
    }
    this.#byExact.set(content.exact, entry)
    this.#byId.set(content.id, entry)
    this.#count(entry, bytes)
    this.#rank(entry)
    if (hasWords(entry)) this.#scopeOf(entry.compat).add(entry)
    return entry
  }

  /** Its worth grows with every hit. */
  hit(entry: Entry): void {
    entry.hits += 1
    this.#rank(entry)
  }

  remove(entry: Entry): void {
    if (entry.isGone) return
    entry.isGone = true
    if (this.#byExact.get(entry.exact) === entry) this.#byExact.delete(entry.exact)
    this.#byId.delete(entry.id)
    this.#count(entry, -entry.bytes)
    const scope = hasWords(entry) ? this.#byScope.get(entry.compat) : undefined
    if (scope !== undefined && hasWords(entry)) {
      scope.remove(entry)
      if (scope.size === 0) this.#byScope.delete(entry.compat)
    }
    for (const told of this.#leavers) told(entry)
  }

  removeWhere(is: (entry: Entry) => boolean): number {
    const found = [...this.#byExact.values()].filter(is)
    for (const entry of found) this.remove(entry)
    return found.length
  }

  /** What it saves a second time, by its size: an hour's wait and a cent count, a megabyte counts against. */
  #worth({ costUsd, tookMs, hits, bytes }: Entry): number {
    const saved = Number(costUsd ?? 0) + (tookMs / 1000) * this.#limits.usdPerSecond
    return (Math.max(saved, 1e-9) * (hits + 1)) / bytes
  }

  #rank(entry: Entry): void {
    entry.priority = this.#clock + this.#worth(entry)
    for (const name of ['', entry.owner]) {
      let heap = this.#ranks.get(name)
      // Ranks of entries that changed or went stay behind: too many of them, and the heap is made anew.
      if (heap === undefined || heap.size > 64 + 4 * this.size) {
        heap = this.#rebuilt(name)
        this.#ranks.set(name, heap)
      }
      heap.push(entry.priority, entry)
    }
  }

  #rebuilt(name: string): Heap<Entry> {
    const heap = new Heap<Entry>()
    for (const entry of this.#byExact.values())
      if (name === '' || entry.owner === name) heap.push(entry.priority, entry)
    return heap
  }

  /** The one worth least, of all or of one owner; what was there stays cheaper than what comes. */
  #evict(owner: string): Entry | undefined {
    const heap = this.#ranks.get(owner)
    for (let found = heap?.pop(); found !== undefined; found = heap?.pop()) {
      const { item, priority } = found
      if (item.isGone || priority !== item.priority) continue
      this.#clock = Math.max(this.#clock, priority)
      this.#evictions += 1
      this.remove(item)
      return item
    }
    return undefined
  }

  #count({ owner }: Entry, change: number): void {
    this.#bytes += change
    const own = (this.#ownBytes.get(owner) ?? 0) + change
    if (own > 0) this.#ownBytes.set(owner, own)
    else {
      this.#ownBytes.delete(owner)
      this.#ranks.delete(owner)
    }
  }

  #scopeOf(compat: string): LexicalIndex<EntryWithWords> {
    let scope = this.#byScope.get(compat)
    if (scope === undefined) {
      scope = new LexicalIndex(this.#known)
      this.#byScope.set(compat, scope)
    }
    return scope
  }
}

function hasWords(entry: Entry): entry is EntryWithWords {
  return entry.analysis !== undefined
}
