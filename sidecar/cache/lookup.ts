import type { Analysis } from './analysis/analysis.ts'
import { isSlotSwap } from './guard/slot.ts'
import { type GuardRule, type GuardWords, softGuard } from './guard/soft.ts'
import { strictGuard } from './guard/strict.ts'
import type { Indexed, LexicalIndex } from './lexical/lexical-index.ts'
import { gramCosine, grams, wordLikeness } from './lexical/likeness.ts'

export interface Question {
  readonly analysis: Analysis
  readonly roots: readonly string[]
  /** Too few words to be told by: only an equal text may answer. */
  readonly onlyEqualText: boolean
}

export interface Candidate<E> {
  readonly entry: E
  readonly score: number
  /** '' when nothing is against serving it. */
  readonly guard: GuardRule | ''
}

export interface Looked<E> {
  readonly hit: Candidate<E> | undefined
  /** The best that was turned down: the answer of the miss says whether rightly. */
  readonly near: Candidate<E> | undefined
}

export interface LookupOptions<E> {
  readonly words: GuardWords
  readonly tau: number
  /** A pair that was found wrong once is never served again. */
  isRefused(entry: E): boolean
  /** Fit to answer at all: fresh, and allowed to be shared with whoever asks. */
  isUsable(entry: E): boolean
}

const equalKeyCosine = 0.65
const nearWords = 0.9
const nearCosine = 0.8
/** A near miss below this says nothing about the cache. */
const nearScoreMin = 0.5

export function lookupLexical<E extends Indexed>(
  scope: LexicalIndex<E>,
  question: Question,
  options: LookupOptions<E>,
): Looked<E> {
  const equal = scope.equal(question.analysis.key)
  const candidates = equal.length > 0 ? equal : scope.near(question.roots)
  let counted: Int16Array | undefined
  const own = () => {
    counted ??= grams(question.analysis.text)
    return counted
  }
  let near: Candidate<E> | undefined
  for (const entry of candidates) {
    if (entry.isGone || !options.isUsable(entry)) continue
    const found = weighed(scope, question, { entry, own, options })
    if (found.guard === '' && found.score >= options.tau) return { hit: found, near }
    near = nearer(near, found)
  }
  return { hit: undefined, near }
}

/** One that only the threshold keeps back says more than a nearer one that the guard turned down. */
function nearer<E>(near: Candidate<E> | undefined, found: Candidate<E>): Candidate<E> | undefined {
  if (found.score < nearScoreMin) return near
  if (near === undefined) return found
  const isPassed = found.guard === ''
  if (isPassed !== (near.guard === '')) return isPassed ? found : near
  return found.score > near.score ? found : near
}

function weighed<E extends Indexed>(
  scope: LexicalIndex<E>,
  { analysis, roots, onlyEqualText }: Question,
  { entry, own, options }: { entry: E; own: () => Int16Array; options: LookupOptions<E> },
): Candidate<E> {
  const cosine = entry.analysis.text === analysis.text ? 1 : gramCosine(own(), grams(entry.analysis.text))
  const words = wordLikeness(roots, entry.roots, scope.vocabulary)
  const score = 0.5 * words + 0.5 * cosine
  const isKey = entry.analysis.key === analysis.key
  const isLike = (words >= nearWords && cosine >= nearCosine) || (isKey && cosine >= equalKeyCosine)
  if (onlyEqualText && entry.analysis.text !== analysis.text) return { entry, score, guard: 'length' }
  const guard = strictGuard(analysis, entry.analysis, options.words)
  if (guard !== '') return { entry, score, guard }
  if (!isLike && entry.analysis.text !== analysis.text) return { entry, score, guard: 'shared' }
  return { entry, score, guard: options.isRefused(entry) ? 'negative' : '' }
}

/** Neighbours by meaning, nearest first, with their cosine. */
export function lookupSemantic<E extends Indexed>(
  neighbours: readonly { readonly entry: E; readonly cosine: number }[],
  { analysis, roots, onlyEqualText }: Question,
  options: LookupOptions<E>,
): Looked<E> {
  let near: Candidate<E> | undefined
  for (const { entry, cosine } of neighbours) {
    if (entry.isGone || !options.isUsable(entry)) continue
    const guard = onlyEqualText ? 'length' : semanticGuard(analysis, entry, { roots, options })
    if (guard === '' && cosine >= options.tau) return { hit: { entry, score: cosine, guard }, near }
    near = nearer(near, { entry, score: cosine, guard })
  }
  return { hit: undefined, near }
}

export function semanticGuard<E extends Indexed>(
  analysis: Analysis,
  entry: E,
  { roots, options }: { roots: readonly string[]; options: LookupOptions<E> },
): GuardRule | '' {
  const guard = softGuard(analysis, entry.analysis, options.words)
  if (guard !== '') return guard
  if (isSlotSwap(analysis, entry.analysis, options.words)) return 'slot'
  // Blunts texts that carry a suffix made to be near to everything.
  const ratio = analysis.text.length / Math.max(1, entry.analysis.text.length)
  if (ratio < 0.5 || ratio > 2) return 'length'
  if (!sharesWord(roots, entry.roots, options.words)) return 'shared'
  return options.isRefused(entry) ? 'negative' : ''
}

function sharesWord(a: readonly string[], b: readonly string[], { synonyms }: GuardWords): boolean {
  const meant = new Set(b.map((word) => synonyms.get(word) ?? word))
  return a.some((word) => meant.has(synonyms.get(word) ?? word))
}
