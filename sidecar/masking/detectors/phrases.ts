import { asciiClass, capital, fold, isUnspaced, isWordUnit, other, small, unitClasses } from './letters.ts'

/**
 * Many phrases in one pass, aligned to words: a map from the first word to what follows. In scripts without spaces the
 * first two letters take the place of the first word. Whether a term occurs costs one look-up a word, however many
 * terms there are.
 */
export interface Phrases<Payload> {
  readonly byWord: ReadonlyMap<string, readonly Phrase<Payload>[]>
  /** Words with any ending, by their first letters. */
  readonly byPrefix: ReadonlyMap<string, readonly Phrase<Payload>[]>
  readonly byLetters: ReadonlyMap<string, readonly Phrase<Payload>[]>
  /** First three letters of the words: most words of a text are told from all of these by them. */
  readonly starts: Uint8Array
  /** What was looked up before, by the word as written; bounded. */
  readonly seen: Map<string, Seen<Payload>>
}

interface Seen<Payload> {
  readonly phrases: readonly Phrase<Payload>[]
  readonly hasHumps: boolean
}

const seenMost = 8192

interface Phrase<Payload> {
  /** Folded; the first word, or for scripts without spaces all of it. */
  readonly head: string
  readonly rest: readonly string[]
  readonly payload: Payload
}

export type Report<Payload> = (start: number, end: number, payload: Payload) => void

const prefixLength = 3
const words = /[\p{L}\p{M}\p{N}]+/gu

export function createPhrases<Payload>(entries: Iterable<readonly [string, Payload]>): Phrases<Payload> {
  const byWord = new Map<string, Phrase<Payload>[]>()
  const byPrefix = new Map<string, Phrase<Payload>[]>()
  const byLetters = new Map<string, Phrase<Payload>[]>()
  const starts = new Uint8Array(startsSize)
  for (const [text, payload] of entries) {
    const parts = fold(text).match(words) ?? []
    const [head = ''] = parts
    if (head === '') continue
    const phrase = { head, rest: parts.slice(1), payload }
    starts[startOf(head.charCodeAt(0), head.charCodeAt(1), head.charCodeAt(2))] = 1
    if (isUnspaced(head.charCodeAt(0))) add(byLetters, head.slice(0, 2), phrase)
    else if (text.endsWith('*')) add(byPrefix, head.slice(0, prefixLength), phrase)
    else add(byWord, head, phrase)
  }
  return { byWord, byPrefix, byLetters, starts, seen: new Map() }
}

/** What collides is looked up. */
const startsSize = 1 << 15

const startOf = (first: number, second: number, third: number) =>
  ((first * 37 + second) * 37 + third) & (startsSize - 1)

/** Whether a word need not be looked up: letters of ASCII without a hump, and no word begins like it. */
function isUnknown({ starts }: Phrases<unknown>, text: string, start: number, end: number): boolean {
  if (end - start < prefixLength) return false
  let wasSmall = false
  for (let index = start; index < end; index += 1) {
    const kind = unitClasses[text.charCodeAt(index)]
    if (kind === other || (kind === capital && wasSmall)) return false
    wasSmall = kind === small
  }
  const key = startOf(lower(text, start), lower(text, start + 1), lower(text, start + 2))
  return starts[key] === 0
}

/** Digits have that bit already. */
const lower = (text: string, index: number) => text.charCodeAt(index) | 32

function add<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}

/** Reports phrases that begin in [from, to), left to right. */
export function findPhrases<Payload>(
  phrases: Phrases<Payload>,
  text: string,
  { from, to }: { readonly from: number; readonly to: number },
  report: Report<Payload>,
): void {
  let index = from
  while (index < to) {
    const code = text.charCodeAt(index)
    if (unitClasses[code] !== 0) {
      const end = wordEnd(text, index)
      // Numbers are no words.
      if (code < 48 || code > 57) reportWord(phrases, text, { start: index, end }, report)
      index = end
    } else {
      if (isUnspaced(code)) reportLetters(phrases, text, index, report)
      index += 1
    }
  }
}

function wordEnd(text: string, from: number): number {
  let end = from + 1
  while (end < text.length && unitClasses[text.charCodeAt(end)] !== 0) end += 1
  return end
}

/** Longer words are data: a name has at most this many letters (a German compound of four nouns has 60). */
const wordMost = 64

function reportWord<Payload>(
  phrases: Phrases<Payload>,
  text: string,
  { start, end }: { readonly start: number; readonly end: number },
  report: Report<Payload>,
): void {
  if (end - start > wordMost || isUnknown(phrases, text, start, end)) return
  const { phrases: known, hasHumps } = lookUp(phrases, text.slice(start, end))
  if (known.length === 0 && !hasHumps) return
  const isFound = tellPhrases(known, text, { start, end }, report)
  if (!isFound && hasHumps) reportHumps(phrases, text, { start, end }, report)
}

function lookUp<Payload>(phrases: Phrases<Payload>, word: string): Seen<Payload> {
  const before = phrases.seen.get(word)
  if (before !== undefined) return before
  const folded = fold(word)
  const byPrefix = phrases.byPrefix.get(folded.slice(0, prefixLength)) ?? []
  const found = {
    phrases: [
      ...(phrases.byWord.get(folded) ?? []),
      ...byPrefix.filter(({ head }) => folded.startsWith(head)),
    ],
    hasHumps: /[a-z][A-Z]/.test(word),
  }
  if (phrases.seen.size >= seenMost) phrases.seen.clear()
  phrases.seen.set(word, found)
  return found
}

/** nhsNumber is two words. */
function reportHumps<Payload>(
  phrases: Phrases<Payload>,
  text: string,
  { start, end }: { readonly start: number; readonly end: number },
  report: Report<Payload>,
): void {
  let from = start
  for (let at = start + 1; at <= end; at += 1) {
    const isEnd =
      at === end ||
      (asciiClass(text.charCodeAt(at)) === capital && asciiClass(text.charCodeAt(at - 1)) === small)
    if (!isEnd) continue
    tellPhrases(lookUp(phrases, text.slice(from, at)).phrases, text, { start: from, end: at }, report)
    from = at
  }
}

function tellPhrases<Payload>(
  phrases: readonly Phrase<Payload>[],
  text: string,
  { start, end }: { readonly start: number; readonly end: number },
  report: Report<Payload>,
): boolean {
  let isFound = false
  for (const { rest, payload } of phrases) {
    const phraseEnd = rest.length === 0 ? end : restEnd(text, end, rest)
    if (phraseEnd === -1) continue
    isFound = true
    report(start, phraseEnd, payload)
  }
  return isFound
}

function reportLetters<Payload>(
  { byLetters }: Phrases<Payload>,
  text: string,
  start: number,
  report: Report<Payload>,
): void {
  for (const { head, rest, payload } of byLetters.get(text.slice(start, start + 2)) ?? []) {
    if (!text.startsWith(head, start)) continue
    const end = restEnd(text, start + head.length, rest)
    if (end !== -1) report(start, end, payload)
  }
}

const gapMost = 3

/** Where the further words of a phrase end, or -1. Up to three signs may stand between two words. */
function restEnd(text: string, from: number, rest: readonly string[]): number {
  let end = from
  for (const word of rest) {
    let start = end
    while (start - end < gapMost && start < text.length && !isAnyWord(text.charCodeAt(start))) start += 1
    const wordStop = start + word.length
    if (fold(text.slice(start, wordStop)) !== word) return -1
    if (isWordUnit(text.charCodeAt(wordStop)) && !isHumpAt(text, wordStop)) return -1
    end = wordStop
  }
  return end
}

const isAnyWord = (code: number) => isWordUnit(code) || isUnspaced(code)

const isHumpAt = (text: string, at: number) =>
  asciiClass(text.charCodeAt(at)) === capital && asciiClass(text.charCodeAt(at - 1)) === small
