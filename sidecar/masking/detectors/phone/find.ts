import type { Span } from '../../span.ts'
import { type Context, topics } from '../context.ts'
import { isWordUnit } from '../letters.ts'
import type { PhoneLibrary } from './library.ts'
import { mobiles } from './mobiles.ts'

export interface PhoneSearch {
  readonly text: string
  readonly context: Context
  readonly library: PhoneLibrary
  /** Country codes whose national numbers are told without a prefix. */
  readonly regions: readonly string[]
  readonly found: Span[]
}

/** Anything that could be dialled; digits and signs never compete for a character, so this takes linear time. */
const dialled = /(?<![\w.+\-/#=$€£%,])(?:\+|\()?\d(?:[ ().\-/]{0,2}\d){6,24}(?![\w])/g
const digitsMost = 15
/** A word as far as this in front counts. */
const wordAway = 40
export function findPhones(search: PhoneSearch): void {
  for (const match of search.text.matchAll(dialled)) {
    const surface = match[0]
    if (digitsIn(surface) > digitsMost + 2 || isPart(search.text, match.index, surface)) continue
    const score = scoreOf(search, { surface, start: match.index })
    if (score > 0)
      search.found.push({
        start: match.index,
        end: match.index + surface.length,
        type: 'PHONE',
        score,
      })
  }
}

function digitsIn(surface: string): number {
  let count = 0
  for (let index = 0; index < surface.length; index += 1) {
    const code = surface.charCodeAt(index)
    if (code >= zero && code < zero + 10) count += 1
  }
  return count
}

const zero = 48

function digitsOf(surface: string): string {
  let digits = ''
  for (let index = 0; index < surface.length; index += 1) {
    const code = surface.charCodeAt(index)
    if (code >= zero && code < zero + 10) digits += surface[index]
  }
  return digits
}

interface Candidate {
  readonly surface: string
  readonly start: number
}

function scoreOf(search: PhoneSearch, candidate: Candidate): number {
  const { library } = search
  const { surface, start } = candidate
  const away = wordOf(search, candidate)
  if (away === undefined && !isPromising(search, surface)) return 0
  const digits = digitsOf(surface)
  const isAbroad = surface.startsWith('+') || (digits.startsWith('00') && digits.length > 9)
  if (isAbroad) {
    const international = `+${digits.startsWith('00') ? digits.slice(2) : digits}`
    if (library.isValid(international, undefined)) return surface.startsWith('+') ? 0.95 : 0.7
    return away !== undefined && library.isPossible(international, undefined) ? 0.8 : 0
  }
  if (looksLikeDate(surface)) return 0
  if (away !== undefined && digits.length <= digitsMost) return isPossible(search, digits) ? 0.95 : 0
  if (isAmerican(surface)) return library.isValid(digits, 'US') ? 0.7 : 0
  return isNational(search, surface, digits) && !isOther(search, start, start + surface.length) ? 0.65 : 0
}

/** Without a word: by its first sign, or by as many signs as American numbers have. */
function isPromising({ regions }: PhoneSearch, surface: string): boolean {
  const first = surface.charCodeAt(0)
  if (regions.length > 0 || first === plus || first === zero) return true
  if (first === bracket) return surface.length >= 13 || surface.charCodeAt(1) === zero
  return surface.length >= 12 && surface.length <= 14
}

const plus = 43
const bracket = 40

const isOther = ({ context }: PhoneSearch, start: number, end: number) => {
  const contrary = context.contrary(start, end)
  return contrary !== undefined && contrary <= 20
}

/** Distance of a word for phones, unless something else stands nearer. */
function wordOf({ text, context }: PhoneSearch, { surface, start }: Candidate): number | undefined {
  const end = start + surface.length
  if (
    (context.topicsNear(start, end) & topics.phone) === 0 ||
    /\bid[\s:="'#]*$/i.test(text.slice(Math.max(0, start - 8), start))
  )
    return undefined
  const away = context.nearest({ type: 'PHONE', kind: 'device', isBehindIgnored: true }, start, end)
  const contrary = context.contrary(start, end)
  if (away === undefined || away > wordAway || (contrary !== undefined && contrary < away)) return undefined
  return away
}

/** With a word, and no region to hold it against, any number that can be dialled is one. */
const isPossible = ({ library, regions }: PhoneSearch, digits: string) =>
  regions.length === 0 || regions.some((region) => library.isPossible(digits, region))

const isAmerican = (surface: string) =>
  /^\([2-9]\d\d\) ?[2-9]\d\d[-. ]\d{4}$/.test(surface) ||
  /^(?:1[-. ])?[2-9]\d\d([-.])[2-9]\d\d\1\d{4}$/.test(surface)

/** Mobile numbers of the configured regions; of others only with a trunk zero and in parts, which little else has. */
function isNational({ library, regions }: PhoneSearch, surface: string, digits: string): boolean {
  const isOf = (region: string) => mobiles[region]?.test(digits) === true && library.isValid(digits, region)
  if (regions.some(isOf)) return true
  const isParted = /^0/.test(digits) && /^0[\d ]*[ \-/()][\d\-/() ]*$/.test(surface) && digits.length >= 10
  // Pairs throughout are bytes as well, and telephone numbers in France.
  if (/^\d\d(?:[ \-.]\d\d)+$/.test(surface)) return isOf('FR')
  return isParted && Object.keys(mobiles).some(isOf)
}

const looksLikeDate = (surface: string) =>
  /^(?:(?:19|20)\d\d[-./ ][01]?\d[-./ ][0-3]?\d|[0-3]?\d[-./ ][0-3]?\d[-./ ](?:19|20)\d\d)(?!\d)/.test(
    surface,
  )

/** What may tie a number to the next one. */
const continuing = Uint8Array.from({ length: 128 }, (_, code) =>
  '.-/_,: ()'.includes(String.fromCharCode(code)) ? 1 : 0,
)

/** In a longer run of numbers, a decimal, a path. */
function isPart(text: string, start: number, surface: string): boolean {
  const end = start + surface.length
  const next = text.charCodeAt(end)
  if (isWordUnit(text.charCodeAt(start - 1)) || isWordUnit(next)) return true
  return (
    continuing[next] === 1 &&
    /^(?:[.\-/_]|[,:]\d|[ ()]{1,2}\d)/.test(text.slice(end, end + 3)) &&
    !/^[.-](?:\D|$)/.test(text.slice(end, end + 2))
  )
}
