import {
  articles,
  dates,
  degrees,
  directions,
  fillers,
  looseQuestions,
  measures,
  negations,
  numbers,
  onward,
  openings,
  orders,
  pointedQuestions,
} from './rephrase-words.ts'

/** A turn as words. */
export interface Reading {
  /** Normalised. */
  readonly text: string
  readonly words: readonly string[]
  /** The words that carry it, in their order. */
  readonly content: readonly string[]
}

export function readingOf(text: string): Reading {
  const words = text.split(' ')
  return { text, words, content: words.filter((word) => !light.has(word)) }
}

const light: ReadonlySet<string> = new Set([...articles, ...fillers])

/** What each of two turns has alone. */
export interface Difference {
  readonly added: readonly string[]
  readonly removed: readonly string[]
  /** Share of the words that carry the longer one. */
  readonly shared: number
  /** Share of the earlier one's. */
  readonly kept: number
}

export function differenceOf(own: Reading, other: Reading): Difference {
  const { added, removed } = changes(own.content, other.content)
  const longer = Math.max(own.content.length, other.content.length)
  const kept = other.content.length - removed.length
  return {
    added,
    removed,
    shared: longer === 0 ? 0 : kept / longer,
    kept: kept / Math.max(1, other.content.length),
  }
}

/** However alike the letters: another thing is asked, or asked about. */
export function saysSomethingElse(own: Reading, other: Reading, { added, removed }: Difference): boolean {
  const changed = [...added, ...removed]
  return (
    goesOn(own, added) ||
    (added.length > 1 && removed.length > 1) ||
    isDenying(own) !== isDenying(other) ||
    asksForMore(own, other, added) ||
    (changed.length > 0 && changed.every(isTelling)) ||
    isExchanged(added, removed, isNumber) ||
    isExchanged(added, removed, isDate) ||
    changed.some((word) => degrees.has(word)) ||
    isOneWordElse(own, other) ||
    asksOtherwise(own, other) ||
    (added.length > 0 && removed.length > 0 && isSameFrame(own, other, changed.length)) ||
    isTurnedRound(own, other)
  )
}

/** It builds on what was answered. */
function goesOn({ words }: Reading, added: readonly string[]): boolean {
  return added.length > 0 && onward.has(words[0] ?? '')
}

function isDenying({ words }: Reading): boolean {
  return words.some((word) => negations.has(word))
}

/** An order with something added to it: a wish about how, where the question was what. */
function asksForMore(own: Reading, other: Reading, added: readonly string[]): boolean {
  const [first = ''] = own.words
  return (
    added.length > 0 &&
    first === other.words[0] &&
    (orders.has(first) || !light.has(first)) &&
    !looseQuestions.has(first) &&
    !pointedQuestions.has(first)
  )
}

/** One word in the place of another, and nothing else: on or off, before or after. */
function isOneWordElse(own: Reading, other: Reading): boolean {
  if (own.words.length !== other.words.length) return false
  const at = own.words.flatMap((word, index) => (word === other.words[index] ? [] : [index]))
  const [only = 0] = at
  const mine = own.words[only] ?? ''
  const theirs = other.words[only] ?? ''
  return at.length === 1 && !isSame(mine, theirs) && !(articles.has(mine) && articles.has(theirs))
}

function isExchanged(
  added: readonly string[],
  removed: readonly string[],
  is: (word: string) => boolean,
): boolean {
  return added.some(is) && removed.some(is)
}

/** Who, when, why, how many: another of these, or one where there was none, wants another answer. */
function asksOtherwise(own: Reading, other: Reading): boolean {
  const mine = questionOf(own)
  const theirs = questionOf(other)
  if (mine === undefined || theirs === undefined || mine.word === theirs.word) return false
  return mine.isPointed || theirs.isPointed || isOnlyChange(own, other)
}

interface Question {
  readonly word: string
  readonly isPointed: boolean
}

/** By the word that opens it; after the first word of weight `when` and `who` only join. */
function questionOf({ words }: Reading): Question | undefined {
  for (const [at, word] of words.entries()) {
    if (pointedQuestions.has(word)) return { word, isPointed: true }
    if (looseQuestions.has(word) && !(word === 'was' && at > 0)) {
      const next = words[at + 1] ?? ''
      return measures.has(next) ? { word: next, isPointed: true } : { word, isPointed: false }
    }
    if (!fillers.has(word) && !articles.has(word)) break
  }
  return openings.has(words[0] ?? '') ? { word: '', isPointed: false } : undefined
}

/** The same words but for what opens the question. */
function isOnlyChange(own: Reading, other: Reading): boolean {
  const { added, removed } = changes(own.words, other.words)
  return [...added, ...removed].every((word) => looseQuestions.has(word) || articles.has(word))
}

/**
 * One name in place of another in a sentence that stays as it was. Who says the same again in other words changes
 * the sentence as well.
 */
function isSameFrame(own: Reading, other: Reading, count: number): boolean {
  const shorter = Math.min(own.words.length, other.words.length)
  let front = 0
  while (front < shorter && own.words[front] === other.words[front]) front += 1
  let back = 0
  while (back < shorter - front && own.words.at(-1 - back) === other.words.at(-1 - back)) back += 1
  if (front + back >= shorter / 2) return true
  const { added, removed } = changes(own.words, other.words)
  const joints = [...added, ...removed].filter((word) => fillers.has(word))
  return joints.length < Math.max(2, count / 2)
}

/** From German to English is not from English to German. */
function isTurnedRound(own: Reading, other: Reading): boolean {
  if (own.content.length !== other.content.length || !own.words.some((word) => directions.has(word)))
    return false
  const moved = own.content.flatMap((word, at) => (word === other.content[at] ? [] : [at]))
  const [first = 0, second = 0] = moved
  return (
    moved.length === 2 &&
    own.content[first] === other.content[second] &&
    own.content[second] === other.content[first]
  )
}

function isTelling(word: string): boolean {
  return isNumber(word) || isDate(word) || negations.has(word)
}

function isNumber(word: string): boolean {
  return numbers.has(word) || /\p{N}/u.test(word)
}

function isDate(word: string): boolean {
  return dates.has(word)
}

/** The words without a partner on the other side; each stands for one. */
function changes(own: readonly string[], other: readonly string[]): { added: string[]; removed: string[] } {
  const left = new Map<string, number>()
  for (const word of other) left.set(word, (left.get(word) ?? 0) + 1)
  const missing = own.filter((word) => {
    const count = left.get(word) ?? 0
    if (count > 0) left.set(word, count - 1)
    return count <= 0
  })
  const removed: string[] = []
  for (const [word, count] of left) for (let times = 0; times < count; times += 1) removed.push(word)
  const added = missing.filter((word) => {
    const at = removed.findIndex((known) => isSame(word, known))
    if (at >= 0) removed.splice(at, 1)
    return at < 0
  })
  return { added, removed }
}

/** Two letters in the wrong order. */
function isTwisted(word: string, other: string, front: number, back: number): boolean {
  return (
    word.length === other.length &&
    word.length - front - back === 2 &&
    word[front] === other[front + 1] &&
    word[front + 1] === other[front]
  )
}

const lettersMin = 4
/** Longer endings make another word. */
const endingMax = 3

/** Another form of the same word, or one slip of the finger; Iran and Iraq are neither. */
function isSame(word: string, other: string): boolean {
  if (word.charCodeAt(0) !== other.charCodeAt(0)) return false
  const shorter = Math.min(word.length, other.length)
  const longer = Math.max(word.length, other.length)
  if (shorter < lettersMin || longer - shorter > lettersMin) return false
  let front = 1
  while (front < shorter && word.charCodeAt(front) === other.charCodeAt(front)) front += 1
  let back = 0
  while (
    back < shorter - front &&
    word.charCodeAt(word.length - 1 - back) === other.charCodeAt(other.length - 1 - back)
  )
    back += 1
  const isForm = front === shorter || (front >= lettersMin && longer - front <= endingMax)
  const isSlip = shorter > lettersMin && (longer - front - back <= 1 || isTwisted(word, other, front, back))
  return (isForm || isSlip) && !isTelling(word) && !isTelling(other)
}
