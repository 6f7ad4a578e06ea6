import type { Span } from '../span.ts'
import { isWordUnit } from './letters.ts'

// Text of scripts without spaces may touch an address and is no part of it.
const isLocal = (code: number) =>
  (code >= 48 && code <= 57) ||
  (code >= 65 && code <= 90) ||
  (code >= 97 && code <= 122) ||
  code === 43 || // +
  code === 45 || // -
  code === 46 || // .
  code === 95 || // _
  code === 37 || // %
  code === 39 || // '
  (code > 127 && isWordUnit(code))

const isHost = (code: number) =>
  (code >= 48 && code <= 57) ||
  (code >= 65 && code <= 90) ||
  (code >= 97 && code <= 122) ||
  code === 45 ||
  code === 46 ||
  (code > 127 && isWordUnit(code))

const localMost = 64
const hostMost = 253
const host =
  /^(?:[a-z0-9\u00c0-\uffff](?:[a-z0-9\u00c0-\uffff-]{0,61}[a-z0-9\u00c0-\uffff])?\.){1,8}[a-z\u00c0-\uffff][a-z0-9\u00c0-\uffff-]{1,23}/i

export function findEmails(text: string, found: Span[]): void {
  for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) {
    const start = startOf(text, at)
    const end = start === -1 ? -1 : endOf(text, at + 1)
    if (end !== -1) found.push({ start, end, type: 'EMAIL', score: 0.9 })
  }
}

function startOf(text: string, at: number): number {
  let start = at
  while (start > 0 && isLocal(text.charCodeAt(start - 1))) {
    if (at - start > localMost) return -1
    start -= 1
  }
  // Quotes and dots in front belong to the sentence.
  while (start < at && /['.%-]/.test(text.charAt(start))) start += 1
  const hasPlaceholder = /^%[a-z]$/i.test(text.slice(Math.max(0, start - 1), at))
  return start === at || hasPlaceholder || text.charAt(at - 1) === '.' ? -1 : start
}

function endOf(text: string, from: number): number {
  let end = from
  while (end < text.length && end - from <= hostMost && isHost(text.charCodeAt(end))) end += 1
  const matched = host.exec(text.slice(from, end))?.[0].replace(/-+$/, '')
  return matched === undefined ? -1 : from + matched.length
}
