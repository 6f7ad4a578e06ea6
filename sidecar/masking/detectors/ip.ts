import type { Span } from '../span.ts'
import type { Group } from './groups.ts'
import { isWordUnit } from './letters.ts'

export interface IpSettings {
  readonly skipPrivateIps: boolean
  readonly skipLoopbackIps: boolean
}

const score = 0.95

/** Four numbers up to 255 apart by dots, no more and no fewer; a group of tokens holds them already. */
export function findIpv4(text: string, group: Group, settings: IpSettings, found: Span[]): void {
  for (let first = 0; first + 3 < group.count; first += 1) {
    if (!isDotted(text, group, first) || (first > 0 && isTied(text, (group.starts[first] ?? 0) - 1))) continue
    const start = group.starts[first] ?? 0
    const end = group.ends[first + 3] ?? 0
    const isMore = group.count > first + 4 && text[end] === '.'
    const address = text.slice(start, end)
    if (isMore || isVersion(text, start) || !isOctets(address) || isSkipped(address, settings)) continue
    found.push({ start, end: withPrefix(text, end, 32), type: 'IP', score })
  }
}

const isTied = (text: string, at: number) => text[at] === '.' || text[at] === '-' || text[at] === '+'

function isDotted(text: string, group: Group, first: number): boolean {
  for (let index = first; index < first + 4; index += 1) {
    const length = (group.ends[index] ?? 0) - (group.starts[index] ?? 0)
    if (group.isDigits[index] !== 1 || length > 3) return false
    if (index > first && text[(group.starts[index] ?? 0) - 1] !== '.') return false
  }
  return true
}

/** Of numbers apart by dots: none over 255, none with a zero in front. */
function isOctets(address: string): boolean {
  let octet = 0
  let length = 0
  for (let index = 0; index <= address.length; index += 1) {
    const code = address.charCodeAt(index)
    if (code >= 48 && code <= 57) {
      if (length > 0 && octet === 0) return false
      octet = octet * 10 + code - 48
      length += 1
      if (octet > 255) return false
    } else {
      octet = 0
      length = 0
    }
  }
  return true
}

/** "version 1.2.3.4" and "v 1.2.3.4" are none. */
const isVersion = (text: string, start: number) =>
  canEndVersion(text.charCodeAt(start - 1)) &&
  /(?:\bversions?|\bver\.?|\bv|\brelease|\bbuild|\bsection|§|\boid)[\s:=]*$/i.test(
    text.slice(Math.max(0, start - 12), start),
  )

/** Space, colon, equals sign, or the last letter of such a word. */
const canEndVersion = (code: number) => code <= 32 || code === 58 || code === 61 || code === 46 || code > 64

function withPrefix(text: string, end: number, most: number): number {
  if (text.charCodeAt(end) !== 47) return end
  const prefix = /^\/(\d{1,3})(?![\d/.])/.exec(text.slice(end, end + 6))
  return prefix !== null && Number(prefix[1]) <= most ? end + prefix[0].length : end
}

function isSkipped(address: string, { skipPrivateIps, skipLoopbackIps }: IpSettings): boolean {
  if (skipLoopbackIps && /^(?:127\.|::1$|0\.0\.0\.0$)/.test(address)) return true
  return (
    skipPrivateIps &&
    /^(?:10\.|192\.168\.|169\.254\.|172\.(?:1[6-9]|2\d|3[01])\.|f[cd][0-9a-f]{2}:|fe[89ab][0-9a-f]:)/i.test(
      address,
    )
  )
}

const isHexUnit = (code: number) =>
  (code >= 48 && code <= 58) || code === 46 || (code >= 65 && code <= 70) || (code >= 97 && code <= 102)

/** The longest text of an address with colons: eight groups, or six and an IPv4 address. */
const colonsMost = 45

/** IPv6 and MAC addresses: runs of hexadecimal digits with at least two colons. */
export function findColons(text: string, settings: IpSettings, found: Span[]): void {
  let colon = text.indexOf(':')
  while (colon !== -1) {
    let start = colon
    while (start > 0 && colon - start <= colonsMost && isHexUnit(text.charCodeAt(start - 1))) start -= 1
    let end = colon + 1
    while (end < text.length && isHexUnit(text.charCodeAt(end))) end += 1
    if (end - start <= colonsMost + 1 && text.indexOf(':', colon + 1) < end)
      addColons(text, start, end, settings, found)
    colon = text.indexOf(':', end)
  }
}

function addColons(text: string, start: number, end: number, settings: IpSettings, found: Span[]): void {
  const run = text.slice(start, end).replace(/[.:]+$/, (tail) => (tail === '::' ? tail : ''))
  if (!run.includes(':') || isWordUnit(text.charCodeAt(start - 1)) || isWordUnit(text.charCodeAt(end))) {
    addTail(text, start, end, settings, found)
    return
  }
  if (isMac(run)) found.push({ start, end: start + run.length, type: 'MAC', score })
  else if (isIpv6(run) && !isSkipped(run, settings))
    found.push({ start, end: withPrefix(text, start + run.length, 128), type: 'IP', score })
}

/** `text::ffff:192.0.2.1`: what stands in front is a word, the rest may be an address. */
function addTail(text: string, start: number, end: number, settings: IpSettings, found: Span[]): void {
  const inRun = text.slice(start, end).indexOf('::')
  if (inRun === -1 || isWordUnit(text.charCodeAt(end))) return
  const double = start + inRun
  const tail = text.slice(double, end)
  if (/\d/.test(tail) && tail.split(':').length > 3 && isIpv6(tail) && !isSkipped(tail, settings))
    found.push({ start: double, end, type: 'IP', score })
}

const isMac = (run: string) =>
  /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/i.test(run) && !/^(?:[0:]+|[f:]+)$/i.test(run)

export function isIpv6(run: string): boolean {
  const halves = run.split('::')
  if (halves.length > 2) return false
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')))
  const last = groups.at(-1) ?? ''
  const hasTail = last.includes('.')
  if (hasTail && !/^(?:\d{1,3}\.){3}\d{1,3}$/.test(last)) return false
  if (hasTail && !isOctets(last)) return false
  const hexes = hasTail ? groups.slice(0, -1) : groups
  if (!hexes.every((hex) => /^[0-9a-f]{1,4}$/i.test(hex))) return false
  const count = hexes.length + (hasTail ? 2 : 0)
  if (halves.length === 1) return count === 8
  // `std::a` and a lone `::` are C++; an address has digits or is long.
  return count <= 7 && count >= 1 && (/\d/.test(run) || count >= 3)
}

// What both begin with is a sign, which the engine finds quickly; the rest is looked at only there.
const hyphened = /(?<=(?<![0-9A-Za-z-])[0-9A-F]{2})-[0-9A-F]{2}(?:-[0-9A-F]{2}){4}(?![0-9A-Za-z-])/gi
const dotted = /(?<=(?<![0-9A-Za-z.])[0-9A-F]{4})\.[0-9A-F]{4}\.[0-9A-F]{4}(?![0-9A-Za-z.])/gi

/** MAC addresses with hyphens, or as three groups of four with dots. */
export function findMacs(text: string, found: Span[]): void {
  for (const match of text.matchAll(hyphened)) addMac(text, match.index - 2, match[0].length + 2, found)
  for (const match of text.matchAll(dotted)) addMac(text, match.index - 4, match[0].length + 4, found)
}

function addMac(text: string, start: number, length: number, found: Span[]): void {
  const address = text.slice(start, start + length)
  // Six pairs of digits are dates and parts of numbers more often than hardware.
  const isNobodys = /^(?:[0.-]+|[f.-]+)$/i.test(address) || !/[a-f]/i.test(address)
  if (!isNobodys) found.push({ start, end: start + length, type: 'MAC', score: 0.9 })
}
