import type { IdRule } from './ids/rule.ts'
import { createPhrases, findPhrases, type Phrases } from './phrases.ts'
import { shortNames } from './words/english.ts'
import { contraryWords, countryWords, kindWords, vagueWords } from './words/general.ts'
import { latinNames } from './words/latin.ts'
import { otherScriptNames } from './words/other-scripts.ts'
import { phoneNames } from './words/phone.ts'
import { wordedNames } from './words/worded.ts'

/** What a word near an id says. */
type Meaning =
  | { readonly says: 'type'; readonly name: string }
  | { readonly says: 'kind'; readonly name: string }
  | { readonly says: 'country'; readonly name: string }
  | { readonly says: 'vague' }
  | { readonly says: 'contrary' }

export type ContextWords = Phrases<Meaning>

export function createContextWords(): ContextWords {
  return createPhrases<Meaning>([
    ...[shortNames, latinNames, otherScriptNames, phoneNames, wordedNames].flatMap((names) =>
      meaning(names, 'type'),
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
  says: 'type' | 'kind' | 'country',
): (readonly [string, Meaning])[] {
  return Object.entries(table).flatMap(([name, list]) =>
    split(list).map((word) => [word, { says, name }] as const),
  )
}

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

/** The words around places of one text; found once, left to right, only where somebody asks. */
export interface Context {
  /** Distance of the nearest word for this rule, or undefined. */
  nearest(rule: Pick<IdRule, 'type' | 'kind' | 'country'>, start: number, end: number): number | undefined
  /** Distance of the nearest word that says the number is something else. */
  contrary(start: number, end: number): number | undefined
  /** Whether any word at all stands near; cheap, asked first. */
  isAny(start: number, end: number): boolean
  hasCountry(country: string, start: number, end: number): boolean
}

export function createContext(words: ContextWords, text: string, key: string | undefined): Context {
  const hits: Hit[] = []
  const keyHits: Hit[] = []
  if (key !== undefined)
    findPhrases(words, key, { from: 0, to: key.length }, (start, end, told) => {
      // A key stands right in front of its value.
      keyHits.push({ start: start - key.length - 2, end: end - key.length - 2, meaning: told })
    })
  let indexedTo = 0
  let near: readonly Hit[] = []
  let nearStart = -1
  let nearEnd = -1

  function indexTo(start: number, end: number): void {
    const from = Math.max(indexedTo, wordStart(text, start - before))
    const to = Math.min(text.length, end + after)
    if (to <= from) return
    indexedTo = to
    findPhrases(words, text, { from, to }, (hitStart, hitEnd, told) => {
      hits.push({ start: hitStart, end: hitEnd, meaning: told })
      indexedTo = Math.max(indexedTo, hitEnd)
    })
    // The last word may reach over the edge; it was read whole.
    indexedTo = Math.max(indexedTo, wordStop(text, to))
  }

  function look(start: number, end: number): readonly Hit[] {
    if (start === nearStart && end === nearEnd) return near
    indexTo(start, end)
    const found: Hit[] = []
    for (let index = hits.length - 1; index >= 0; index -= 1) {
      const hit = hits[index] as Hit
      if (hit.end < start - before - 80) break
      const isBefore = hit.end <= start && hit.end >= start - before
      const isBehind = hit.start >= end && hit.start <= end + after
      if (isBefore || isBehind) found.push(hit)
    }
    for (const hit of keyHits) found.push({ ...hit, start: hit.start + start, end: hit.end + start })
    near = found
    nearStart = start
    nearEnd = end
    return found
  }

  const distance = (hit: Hit, start: number, end: number) =>
    hit.end <= start ? start - hit.end : hit.start - end + behind

  return {
    isAny: (start, end) => look(start, end).length > 0,
    contrary: (start, end) => {
      let best: number | undefined
      for (const hit of look(start, end)) {
        const isContrary = hit.meaning.says === 'contrary' && hit.end <= start
        if (isContrary) best = Math.min(best ?? Number.POSITIVE_INFINITY, start - hit.end)
      }
      return best
    },
    hasCountry: (country, start, end) =>
      look(start, end).some(({ meaning: told }) => told.says === 'country' && told.name === country),
    nearest(rule, start, end) {
      let best: number | undefined
      let kind: number | undefined
      let vague: number | undefined
      let isCountry = false
      for (const hit of look(start, end)) {
        const away = distance(hit, start, end)
        const told = hit.meaning
        if (told.says === 'type' && told.name === rule.type) best = Math.min(best ?? away, away)
        else if (told.says === 'kind' && told.name === rule.kind) kind = Math.min(kind ?? away, away)
        else if (told.says === 'vague') vague = Math.min(vague ?? away, away)
        else if (told.says === 'country' && told.name === rule.country) isCountry = true
      }
      if (best !== undefined) return best
      if (kind !== undefined) return kind + (isCountry ? 1 : general)
      return isCountry && vague !== undefined ? vague + 2 : undefined
    },
  }
}

function wordStart(text: string, from: number): number {
  let start = Math.max(0, from)
  while (start > 0 && start > from - 40 && !/\s/.test(text.charAt(start - 1))) start -= 1
  return Math.max(0, start)
}

function wordStop(text: string, from: number): number {
  let end = from
  while (end < text.length && end < from + 64 && /[\p{L}\p{N}]/u.test(text.charAt(end))) end += 1
  return end
}
