import type { Analysis } from '../analysis/analysis.ts'
import type { Language } from '../language/language.ts'

/** Two words in a row that name a time near the day of asking. */
const near: ReadonlySet<string> = new Set([
  'this',
  'next',
  'last',
  'diese',
  'dieser',
  'diesen',
  'dieses',
  'nächste',
  'letzte',
])
const times: ReadonlySet<string> = new Set(
  (
    'week month year weekend morning afternoon evening night monday tuesday wednesday thursday friday saturday sunday ' +
    'spring summer autumn fall winter quarter woche monat jahr wochenende'
  ).split(' '),
)
const pairs: ReadonlySet<string> = new Set([
  'as of',
  'so far',
  'these day',
  'these days',
  'at moment',
  'right now',
])

/** Bound to the day it is asked on: an answer of an hour ago may be wrong. */
export function isTimeBound({ sequence }: Analysis, language: Language, year: number): boolean {
  const words = sequence.split(' ')
  const now = String(year)
  return words.some((word, index) => {
    if (language.timeBound.has(word) || word === now) return true
    const next = words[index + 1]
    if (next === undefined) return false
    return (near.has(word) && times.has(next)) || pairs.has(`${word} ${next}`)
  })
}

/** About the asker's own affairs, which differ from asker to asker. */
export function isOwnAffair({ text }: Analysis, language: Language): boolean {
  const words = text.split(/[\s.,!?;:"()]+/)
  return words.some((word) => language.own.has(word)) && words.some((word) => language.affairs.has(word))
}
