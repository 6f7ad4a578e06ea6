import type { AnswerEvent } from '../conversation/answer.ts'
import type { Analyst } from './analyst.ts'
import { createAnalyst } from './analyst.ts'
import { Audits } from './audit/audits.ts'
import { Flights } from './coalesce.ts'
import type { Embedder } from './embedder.ts'
import { Errands } from './errands.ts'
import type { GuardWords } from './guard/soft.ts'
import { type KnownWords, lazyEnglishWords } from './language/known-words.ts'
import { oppositesOf } from './language/language.ts'
import { compact } from './lexical/compact.ts'
import type { RouteCache } from './settings.ts'
import type { Entry, EntryContent } from './store/entry.ts'
import { type EntryWithWords, Store, type StoreLimits } from './store/store.ts'
import { VectorIndex } from './vectors/vector-index.ts'

export interface AnswerCacheOptions {
  readonly limits: StoreLimits
  readonly random: () => number
  /** Until a hit is checked. */
  readonly auditDelayMs: () => number
}

/** Everything that is kept of answers, for all routes. */
export class AnswerCache {
  readonly store: Store
  readonly flights = new Flights<AnswerEvent>()
  readonly audits: Audits
  readonly errands = new Errands()
  readonly random: () => number
  readonly auditDelayMs: () => number
  readonly #known: KnownWords
  #analyst: Analyst | undefined
  readonly #words = new WeakMap<RouteCache, Map<string, GuardWords>>()
  readonly #vectors = new Map<string, VectorIndex<EntryWithWords>>()
  #embedders: ReadonlyMap<string, Embedder> = new Map()

  constructor({ limits, random, auditDelayMs }: AnswerCacheOptions) {
    this.random = random
    this.auditDelayMs = auditDelayMs
    this.#known = lazyEnglishWords()
    this.store = new Store(limits, this.#known)
    this.audits = new Audits()
    this.store.onLeave((entry) => this.#forgetVector(entry))
  }

  get analyst(): Analyst {
    this.#analyst ??= createAnalyst(this.#known)
    return this.#analyst
  }

  /** Opposites of the language and the route's own words. */
  wordsFor(cache: RouteCache, language: string): GuardWords {
    let byLanguage = this.#words.get(cache)
    if (byLanguage === undefined) {
      byLanguage = new Map()
      this.#words.set(cache, byLanguage)
    }
    let words = byLanguage.get(language)
    if (words === undefined) {
      words = this.#wordsOf(cache, language)
      byLanguage.set(language, words)
    }
    return words
  }

  /** By route; what is not named any more is closed. */
  useEmbedders(embedders: ReadonlyMap<string, Embedder>): void {
    const kept = new Set(embedders.values())
    for (const embedder of this.#embedders.values()) if (!kept.has(embedder)) embedder.close()
    this.#embedders = embedders
  }

  embedderOf(route: string): Embedder | undefined {
    return this.#embedders.get(route)
  }

  embedders(): Iterable<Embedder> {
    return this.#embedders.values()
  }

  add(content: EntryContent): Entry | undefined {
    const before = this.store.exact(content.exact)
    const { analysis } = content
    const shared = (word: string) => this.store.scope(content.compat)?.vocabulary.shared(word) ?? word
    const entry = this.store.add({
      ...content,
      analysis: analysis === undefined ? undefined : compact(analysis, shared),
      roots: content.roots.map(shared),
    })
    if (entry !== undefined && before !== undefined) {
      entry.askedBy = before.askedBy
      entry.confirmed = before.confirmed
    }
    return entry
  }

  addVector(entry: Entry, embedder: Embedder, vector: Int8Array): void {
    if (entry.isGone || entry.analysis === undefined || entry.vectorAt >= 0) return
    const key = `${entry.compat} ${embedder.id}`
    let index = this.#vectors.get(key)
    if (index === undefined) {
      index = new VectorIndex(vector.length)
      this.#vectors.set(key, index)
    }
    if (index.dimensions !== vector.length) return
    entry.vectorAt = index.add(vector, entry as EntryWithWords)
    entry.vectorKey = key
  }

  vectorsOf(compat: string, embedder: Embedder): VectorIndex<EntryWithWords> | undefined {
    return this.#vectors.get(`${compat} ${embedder.id}`)
  }

  close(): void {
    this.errands.close()
    for (const embedder of this.#embedders.values()) embedder.close()
  }

  #forgetVector(entry: Entry): void {
    if (entry.vectorAt < 0) return
    const index = this.#vectors.get(entry.vectorKey)
    index?.remove(entry.vectorAt)
    if (index?.size === 0) this.#vectors.delete(entry.vectorKey)
  }

  #wordsOf(cache: RouteCache, language: string): GuardWords {
    const opposites = new Map(this.analyst.languages.of(language).opposites)
    const own = oppositesOf(cache.opposites.map((group) => group.join('/').toLowerCase()).join(' '))
    for (const [word, against] of own)
      opposites.set(word, new Set([...(opposites.get(word) ?? []), ...against]))
    const synonyms = new Map<string, string>()
    for (const group of cache.synonyms)
      for (const word of group) synonyms.set(word.toLowerCase(), (group[0] ?? word).toLowerCase())
    return { opposites, synonyms }
  }
}
