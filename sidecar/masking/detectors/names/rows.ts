import { asciiClass, capital, fold, isWordUnit, small, unitClasses } from '../letters.ts'
import { honorifics, openers, particles } from './cues.ts'

export interface Word {
  readonly start: number
  readonly end: number
  readonly folded: string
}

/** Words with capitals in a row: what may be a name. */
export interface Row {
  readonly words: readonly Word[]
  readonly hasTitle: boolean
}

/** Rows longer than a name are titles and headings. */
const wordsMost = 5
export const wordLongest = 30

/** Calls `visit` with each row of words with capitals. */
export function eachRow(text: string, visit: (row: Row) => void): void {
  let words: Word[] = []
  let hasTitle = false
  let titleEnd = 0
  const finish = () => {
    if (words.length > 0 && words.length <= wordsMost && !words.some(hasDigit)) visit({ words, hasTitle })
    if (words.length > 0) words = []
    hasTitle = false
  }
  let index = 0
  while (index < text.length) {
    if (words.length === 0 && !hasTitle) {
      index = nextCapital(text, index)
      if (index >= text.length) break
    }
    const code = text.charCodeAt(index)
    if (unitClasses[code] === 0) {
      index += 1
      continue
    }
    const end = nameEnd(text, index)
    if (asciiClass(code) === small || !isUpper(text, index) || end - index > wordLongest) {
      // A particle goes on only with a capital behind it.
      const goesOn =
        words.length > 0 && isNext(text, words.at(-1)?.end ?? 0, index) && isParticle(text, index, end)
      if (!goesOn && (words.length > 0 || hasTitle)) finish()
      index = end
      continue
    }
    const word = { start: index, end, folded: fold(text.slice(index, end)) }
    const last = words.at(-1)
    if (last !== undefined && !isGap(text, last.end, index) && !joinsByParticle(text, last.end, index))
      finish()
    if (words.length === 0) hasTitle = hasTitle && isGap(text, titleEnd, index)
    if (words.length === 0 && isTitle(text, word)) {
      hasTitle = true
      titleEnd = end
    } else if (words.length > 0 || !openers.has(word.folded)) words.push(word)
    else hasTitle = false
    index = end
  }
  finish()
}

/** Past signs, and words that begin with a small letter of ASCII. */
function nextCapital(text: string, from: number): number {
  const length = text.length
  let index = from
  while (index < length) {
    const kind = unitClasses[text.charCodeAt(index)]
    if (kind === 0) index += 1
    else if (kind === small) index = smallEnd(text, index)
    else break
  }
  return index
}

/** Most words are small letters throughout. */
function smallEnd(text: string, from: number): number {
  let end = from + 1
  while (end < text.length && unitClasses[text.charCodeAt(end)] === small) end += 1
  if (end === text.length) return end
  return isWordUnit(text.charCodeAt(end)) || text[end] === '_' ? nameEnd(text, end - 1) : end
}

/** "MS Word" and "MX record" are none; "MR SMITH" is. */
function isTitle(text: string, { start, end, folded }: Word): boolean {
  if (!honorifics.has(folded)) return false
  const isShouted = text.slice(start, end) === text.slice(start, end).toUpperCase()
  return !isShouted || /^\.? [A-Z]{2}/.test(text.slice(end, end + 4))
}

/** A digit or an underscore. */
function hasDigit({ folded }: Word): boolean {
  for (let index = 0; index < folded.length; index += 1) {
    const code = folded.charCodeAt(index)
    if ((code >= 48 && code <= 57) || code === 95) return true
  }
  return false
}

/** Letters, with an apostrophe or hyphen between two of them. */
function nameEnd(text: string, from: number): number {
  let end = from + 1
  while (end < text.length) {
    const code = text.charCodeAt(end)
    const isInner = (code === 39 || code === 0x2019 || code === 45) && isUpperOrMark(text, end)
    if (!isWordUnit(code) && code !== 95 && !isInner) break
    end += 1
  }
  return end
}

/** O'Brien, Jean-Luc; but not "Smith's". */
const isUpperOrMark = (text: string, at: number) =>
  isUpper(text, at + 1) && isWordUnit(text.charCodeAt(at + 1))

function isUpper(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  if (code < 128) return asciiClass(code) === capital
  const letter = text.charAt(at)
  return letter.toLowerCase() !== letter
}

/** One space, behind an initial also a dot. */
function isGap(text: string, from: number, to: number): boolean {
  if (to - from === 1) return text[from] === ' ' || text[from] === '\u00a0'
  return to - from === 2 && text[from] === '.' && text[from + 1] === ' '
}

const isNext = (text: string, from: number, to: number) =>
  isGap(text, from, to) || joinsByParticle(text, from, to)

function isParticle(text: string, start: number, end: number): boolean {
  return (
    particles.has(text.slice(start, end).toLowerCase()) &&
    text[end] === ' ' &&
    isParticleThenName(text, end + 1)
  )
}

const isParticleThenName = (text: string, at: number) => {
  if (isUpper(text, at)) return true
  const end = text.indexOf(' ', at)
  return end !== -1 && end - at < 5 && particles.has(text.slice(at, end)) && isUpper(text, end + 1)
}

function joinsByParticle(text: string, from: number, to: number): boolean {
  if (to - from > 12) return false
  const between = text.slice(from, to).trim()
  return between !== '' && between.split(' ').every((word) => particles.has(word.toLowerCase()))
}
