import type { IdRule } from './ids/rule.ts'
import { isWordUnit } from './letters.ts'
import { createPhrases, findPhrases, type Phrases } from './phrases.ts'
import { shortNames } from './words/english.ts'
import { contraryWords, countryWords, kindWords, vagueWords } from './words/general.ts'
import { latinNames } from './words/latin.ts'
import { otherScriptNames } from './words/other-scripts.ts'
import { phoneNames } from './words/phone.ts'
import { wordedNames } from './words/worded.ts'

/** What a word near an id says. */
type Meaning =
  | { readonly says: 'type'; readonly name: string; readonly topic: number }
  | { readonly says: 'kind'; readonly name: string }
  | { readonly says: 'country'; readonly name: string }
  | { readonly says: 'vague' }
  | { readonly says: 'contrary' }

/** What the words near a place speak of, as bits. */
export const topics = { id: 1, worded: 2, birth: 4, phone: 8, contrary: 16 } as const

export type ContextWords = Phrases<Meaning>

export function createContextWords(): ContextWords {
  return createPhrases<Meaning>([
    ...[shortNames, latinNames, otherScriptNames].flatMap((names) => typeNames(names, topics.id)),
    ...typeNames(phoneNames, topics.phone),
    ...Object.entries(wordedNames).flatMap(([type, list]) =>
      typeNames({ [type]: list }, type === 'BIRTH_DATE' ? topics.birth : topics.worded),
    ),
    ...meaning(kindWords, 'kind'),
    ...meaning(countryWords, 'country'),
    ...split(vagueWords).map((word) => [word, { says: 'vague' }] as const),
    ...split(contraryWords).map((word) => [word, { says: 'contrary' }] as const),
  ])
}

const split = (list: string) => list.split(',').map((word) => word.trim())

function meaning(
  table: Readonly<Record<string, string>>,
  says: 'kind' | 'country',
): (readonly [string, Meaning])[] {
  return Object.entries(table).flatMap(([name, list]) =>
    split(list).map((word) => [word, { says, name }] as const),
  )
}

const typeNames = (table: Readonly<Record<string, string>>, topic: number): (readonly [string, Meaning])[] =>
  Object.entries(table).flatMap(([name, list]) =>
    split(list).map((word) => [word, { says: 'type', name, topic }] as const),
  )

interface Hit {
  readonly start: number
  readonly end: number
  readonly meaning: Meaning
}

/** Letters before and after an id in which a word speaks for it. */
const before = 60
const after = 20
/** A word behind counts less than any of the same meaning in front, a general one less than a name. */
const behind = 30
const general = 100

export interface Asked extends Pick<IdRule, 'type' | 'kind' | 'country'> {
  readonly isBehindIgnored?: boolean
}

/** The words around places of one text; found once, left to right, only where somebody asks. */
export interface Context {
  /** Distance of the nearest word for this rule, or undefined. */
  nearest(rule: Asked, start: number, end: number): number | undefined
  /** Distance of the nearest word that says the number is something else. */
  contrary(start: number, end: number): number | undefined
  /** What the words near speak of; cheap, asked first. */
  topicsNear(start: number, end: number): number
  /** The same with the words inside. */
  topicsAround(start: number, end: number): number
}

export function createContext(words: ContextWords, text: string, key: string | undefined): Context {
  const hits: Hit[] = []
  const keyHits = hitsOfKey(words, key)
  let indexedTo = 0
  // One list for all looks: what is asked about a place is asked before the next place is looked at.
  const near: Hit[] = []
  let nearTopics = 0
  let nearStart = -1
  let nearEnd = -1
  const report = (start: number, end: number, meaning: Meaning) => {
    hits.push({ start, end, meaning })
  }

  function indexTo(start: number, end: number): void {
    const to = Math.min(text.length, end + after)
    if (to <= indexedTo) return
    const from = start - before <= indexedTo ? indexedTo : wordStart(text, start - before)
    // The last word may reach over the edge; it is read whole.
    indexedTo = wordStop(text, to)
    findPhrases(words, text, { from: Math.max(from, 0), to }, report)
  }

  function look(start: number, end: number): readonly Hit[] {
    if (start === nearStart && end === nearEnd) return near
    indexTo(start, end)
    const first = firstFrom(hits, start - before - phraseMost)
    near.length = 0
    gather(start, end, first)
    nearTopics = near.length === 0 ? 0 : topicsOf(near, 0, Number.POSITIVE_INFINITY)
    nearStart = start
    nearEnd = end
    return near
  }

  function gather(start: number, end: number, first: number): void {
    for (const hit of keyHits) near.push({ ...hit, start: hit.start + start, end: hit.end + start })
    for (let index = first; index < hits.length; index += 1) {
      const hit = hits[index] as Hit
      if (hit.start > end + after) break
      const isBefore = hit.end <= start && hit.end >= start - before
      if (isBefore || hit.start >= end) near.push(hit)
    }
  }

  return {
    topicsAround(start, end) {
      indexTo(start, end)
      const first = firstFrom(hits, start - before - phraseMost)
      return topicsOf(keyHits, 0, Number.POSITIVE_INFINITY) | topicsOf(hits, first, end + after)
    },
    topicsNear(start, end) {
      look(start, end)
      return nearTopics
    },
    contrary: (start, end) => contraryOf(text, look(start, end), start),
    nearest: (rule, start, end) => nearestOf(look(start, end), rule, start, end),
  }
}

/** The longest phrase of the words, with room. */
const phraseMost = 80

function hitsOfKey(words: ContextWords, key: string | undefined): Hit[] {
  const hits: Hit[] = []
  if (key === undefined) return hits
  findPhrases(words, key, { from: 0, to: key.length }, (start, end, meaning) => {
    // A key stands right in front of its value.
    hits.push({ start: start - key.length - 2, end: end - key.length - 2, meaning })
  })
  return hits
}

/** Hits come in the order of their starts. */
function firstFrom(hits: readonly Hit[], start: number): number {
  let low = 0
  let high = hits.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((hits[middle]?.start ?? 0) < start) low = middle + 1
    else high = middle
  }
  return low
}

function topicsOf(near: readonly Hit[], first: number, startMost: number): number {
  let bits = 0
  let isCountry = false
  let isVague = false
  for (let index = first; index < near.length; index += 1) {
    const { start, meaning } = near[index] as Hit
    if (start > startMost) break
    if (meaning.says === 'type') bits |= meaning.topic
    else if (meaning.says === 'kind') bits |= topics.id
    else if (meaning.says === 'contrary') bits |= topics.contrary
    else if (meaning.says === 'country') isCountry = true
    else isVague = true
  }
  return isCountry && isVague ? bits | topics.id : bits
}

/** "Invoice 123" is an invoice; in "an invoice to 123" the number is whoever gets it. */
const toSomebody = /^ (?:to|for|an|für|à|au|pour|a|al|para|per|aan|voor) $/i
const toSomebodyMost = 6

function contraryOf(text: string, near: readonly Hit[], start: number): number | undefined {
  let best: number | undefined
  if (near.length === 0) return best
  for (const { meaning, end } of near) {
    const isContrary = meaning.says === 'contrary' && end <= start
    if (!isContrary || (best !== undefined && start - end >= best)) continue
    const isApart = start - end <= toSomebodyMost && toSomebody.test(text.slice(end, start))
    if (!isApart) best = start - end
  }
  return best
}

function nearestOf(near: readonly Hit[], rule: Asked, start: number, end: number): number | undefined {
  let best: number | undefined
  let kind: number | undefined
  let vague: number | undefined
  let isCountry = false
  for (let index = 0; index < near.length; index += 1) {
    const hit = near[index] as Hit
    if (hit.end > start && rule.isBehindIgnored === true) continue
    const told = hit.meaning
    if (told.says === 'contrary') continue
    const away = hit.end <= start ? start - hit.end : hit.start - end + behind
    if (told.says === 'type') {
      if (told.name === rule.type) best = Math.min(best ?? away, away)
    } else if (told.says === 'kind') {
      if (told.name === rule.kind) kind = Math.min(kind ?? away, away)
    } else if (told.says === 'vague') vague = Math.min(vague ?? away, away)
    else if (told.says === 'country' && told.name === rule.country) isCountry = true
  }
  if (best !== undefined) return best
  if (kind !== undefined) return kind + (isCountry ? 1 : general)
  return isCountry && vague !== undefined ? vague + 2 : undefined
}

/** Longer words are data, so it does not matter where they are cut. */
const wordMost = 64

function wordStart(text: string, from: number): number {
  let start = Math.max(0, from)
  while (start > 0 && from - start < wordMost && isWordUnit(text.charCodeAt(start - 1))) start -= 1
  return start
}

function wordStop(text: string, from: number): number {
  let end = from
  while (end < text.length && end - from < wordMost && isWordUnit(text.charCodeAt(end))) end += 1
  return end
}
