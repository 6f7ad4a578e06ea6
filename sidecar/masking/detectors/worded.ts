import type { Span } from '../span.ts'
import { type Context, topics } from './context.ts'
import type { Group } from './groups.ts'

export interface WordedSearch {
  readonly text: string
  readonly context: Context
  readonly found: Span[]
}

/** A word has to stand in front, as near as this. */
const awayMost = 25
const lengthLeast = 5
const lengthMost = 17
const tokensMost = 5

const kinds = [
  { type: 'PASSPORT', kind: 'personal', shape: /^(?=.*\d{4})[A-Z0-9]{6,12}$/ },
  { type: 'DRIVER_LICENCE', kind: 'personal', shape: /^(?=.*\d)[A-Z0-9]{5,17}$/ },
  { type: 'BANK_ACCOUNT', kind: 'bank', shape: /^(?=.*\d{4})[A-Z0-9]{6,17}$/ },
  { type: 'VOTER_ID', kind: 'personal', shape: /^(?=.*\d{4})[A-Z0-9]{6,17}$/ },
  { type: 'VEHICLE_PLATE', kind: 'vehicle', shape: /^(?=.*\d)(?=.*[A-Z])[A-Z0-9]{5,9}$/ },
] as const

/** Passports, licences, accounts, plates: any letters and digits, right behind a word that names them. */
export function findWorded(search: WordedSearch, group: Group): void {
  for (let first = 0; first < group.count; first += 1) {
    const start = group.starts[first] ?? 0
    const last = lastOf(search.text, group, first)
    const end = group.ends[last] ?? 0
    if (end - start < lengthLeast || (search.context.topicsNear(start, end) & topics.worded) === 0) continue
    if (first > 0 && /[-./_+]/.test(search.text[start - 1] ?? '') && group.hasDigit[first - 1] === 1) continue
    if (addWorded(search, start, end)) first = last
  }
}

/** A split number goes on over hyphens, and over spaces between short parts. */
function lastOf(text: string, group: Group, first: number): number {
  let last = first
  const isShort = (index: number) => (group.ends[index] ?? 0) - (group.starts[index] ?? 0) <= 4
  while (last + 1 < group.count && last - first < tokensMost) {
    const separator = text[group.ends[last] ?? 0] ?? ''
    const goesOn =
      separator === ' ' ? isShort(last) && isShort(last + 1) : separator === '-' || separator === '/'
    if (!goesOn) break
    last += 1
  }
  return last
}

function addWorded({ text, context, found }: WordedSearch, start: number, end: number): boolean {
  const surface = text.slice(start, end)
  const compact = surface.replaceAll(/[^0-9A-Za-z]/g, '').toUpperCase()
  if (compact.length < lengthLeast || compact.length > lengthMost || isDate(surface)) return false
  let best: { readonly type: string; readonly away: number } | undefined
  for (const { type, kind, shape } of kinds) {
    const away = shape.test(compact)
      ? context.nearest({ type, kind: kind === 'vehicle' ? kind : 'device' }, start, end)
      : undefined
    if (away !== undefined && away <= awayMost && (best === undefined || away < best.away))
      best = { type, away }
  }
  if (best === undefined || hasNumberBetween(text, start, best.away)) return false
  const type = best.type === 'VEHICLE_PLATE' && britishPlate.test(compact) ? 'UK_VEHICLE_REG' : best.type
  found.push({ start, end, type, score: 0.85 })
  return true
}

/** Current plates, and those with the year as a letter in front or behind. */
const britishPlate = /^(?:[A-Z]{2}\d\d[A-Z]{3}|[A-Z]\d{1,3}[A-Z]{3}|[A-Z]{3}\d{1,3}[A-Z])$/

/** What stands behind another number belongs to that; plates come in lists. */
const hasNumberBetween = (text: string, start: number, away: number) =>
  /\d{5}/.test(text.slice(Math.max(0, start - away), start))

const isDate = (surface: string) =>
  /^(?:(?:19|20)\d\d[-/ .]\d{1,2}(?:[-/ .]\d{1,2})?|\d{1,2}[-/ .]\d{1,2}[-/ .]\d{2,4})$/.test(surface)

const months =
  'jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|januar|februar|märz|mai|juni|juli|okt|dez|janvier|février|mars|avril|juin|juillet|août|septembre|octobre|novembre|décembre|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|gennaio|febbraio|aprile|maggio|giugno|luglio|settembre|ottobre|dicembre'
const dateForms = [
  /\d{4}[-./]\d{1,2}[-./]\d{1,2}(?!\d)/y,
  /\d{1,2}[-./]\d{1,2}[-./](?:\d{4}|\d\d)(?!\d)/y,
  new RegExp(
    `\\d{1,2}(?:st|nd|rd|th|\\.|er)?[ -](?:de |of )?(?:${months})[a-zé]*\\.?,?[ -](?:de )?\\d{4}`,
    'iy',
  ),
  /\d{4} ?[年년] ?\d{1,2} ?[月월] ?\d{1,2} ?[日일]/y,
  new RegExp(`\\b(?:${months})[a-zé]*\\.? \\d{1,2}(?:st|nd|rd|th)?,? \\d{4}`, 'iy'),
]
/** `30th of septiembre de `. */
const aheadMost = 26
/** In front of a number: a month, and in front of a year also the day. */
const monthAhead = new RegExp(
  `(?:\\d{1,2}(?:st|nd|rd|th|\\.|er)?[ -](?:de |of )?)?(?:${months})[a-zé]*\\.?,?[ -](?:de )?$`,
  'i',
)

/** A date near a word for birth. */
export function findBirthDates({ text, context, found }: WordedSearch, group: Group): void {
  for (let first = 0; first < group.count; first += 1) {
    const start = group.starts[first] ?? 0
    if (group.hasDigit[first] !== 1 || (context.topicsNear(start, start + 10) & topics.birth) === 0) continue
    const away = context.nearest({ type: 'BIRTH_DATE', kind: 'device' }, start, start + 10)
    if (away === undefined || (away > awayMost && away < 30) || away > 30 + 10) continue
    const from = start - (monthAhead.exec(text.slice(Math.max(0, start - aheadMost), start))?.[0].length ?? 0)
    const end = dateEnd(text, from)
    if (end === -1) continue
    found.push({ start: from, end, type: 'BIRTH_DATE', score: 0.9 })
  }
}

function dateEnd(text: string, from: number): number {
  for (const form of dateForms) {
    form.lastIndex = from
    const date = form.exec(text)?.[0]
    if (date !== undefined && isPlausible(date)) return from + date.length
  }
  return -1
}

function isPlausible(date: string): boolean {
  const year = /(?:18|19|20)\d\d/.exec(date)
  if (year === null && !/\D\d\d$/.test(date)) return false
  return (date.match(/\d+/g) ?? []).every(
    (part) => part.length === 4 || Number(part) <= 31 || part.length === 2,
  )
}
