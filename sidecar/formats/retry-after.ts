import { isObject, type Json, stringAt } from '../../contract/json.ts'
import type { Headers } from './format.ts'

/** No provider is left alone for longer than this on its own word: some say days, or 1970. */
const waitMsMax = 3_600_000

const msHeaders = ['retry-after-ms', 'x-ms-retry-after-ms'] as const

/** Where providers say when a limit is refilled, and beside it how much of the limit is left. */
const resetHeaders = [
  ['x-ratelimit-reset-requests', 'x-ratelimit-remaining-requests'],
  ['x-ratelimit-reset-tokens', 'x-ratelimit-remaining-tokens'],
  ['x-ratelimit-reset', 'x-ratelimit-remaining'],
  ['anthropic-ratelimit-requests-reset', 'anthropic-ratelimit-requests-remaining'],
  ['anthropic-ratelimit-tokens-reset', 'anthropic-ratelimit-tokens-remaining'],
  ['anthropic-ratelimit-input-tokens-reset', 'anthropic-ratelimit-input-tokens-remaining'],
  ['anthropic-ratelimit-output-tokens-reset', 'anthropic-ratelimit-output-tokens-remaining'],
] as const

/**
 * How long a provider asks to be left alone, in every form providers use. What is negative, in the past
 * or no time at all counts as not said. Header names are lower case.
 */
export function retryAfterMs(headers: Headers, nowMs: number = Date.now()): number | undefined {
  for (const name of msHeaders) {
    const ms = plainNumber(headers[name])
    if (ms !== undefined) return capped(ms)
  }
  const stated = waitFrom(headers['retry-after'], nowMs)
  if (stated !== undefined) return capped(stated)
  return latestReset(headers, nowMs)
}

/** Google says it in the details of the error, on whatever wire it comes. */
export function retryDelayMs(details: readonly Json[]): number | undefined {
  const info = details.find((detail) => stringAt(detail, '@type')?.endsWith('.RetryInfo') === true)
  const delay = isObject(info) ? stringAt(info, 'retryDelay') : undefined
  const seconds = /^(\d{1,9}(?:\.\d{1,9})?)s$/.exec(delay ?? '')?.[1]
  return seconds === undefined ? undefined : capped(Number(seconds) * 1000)
}

/** The latest reset among the limits that are used up: all of them must be refilled. */
function latestReset(headers: Headers, nowMs: number): number | undefined {
  let waitMs: number | undefined
  for (const [reset, remaining] of resetHeaders) {
    // The headers come with every answer; a limit with something left is not what is waited for.
    if ((plainNumber(headers[remaining]) ?? 0) > 0) continue
    const ms = resetFrom(headers[reset], nowMs)
    if (ms !== undefined && ms > (waitMs ?? 0)) waitMs = ms
  }
  return waitMs === undefined ? undefined : capped(waitMs)
}

function waitFrom(text: string | undefined, nowMs: number): number | undefined {
  const seconds = plainNumber(text)
  if (seconds !== undefined) return seconds * 1000
  return durationMs(text) ?? untilDate(text, nowMs)
}

/** Resets are seconds, durations or dates, and on some hosts a Unix time in seconds or milliseconds. */
function resetFrom(text: string | undefined, nowMs: number): number | undefined {
  const number = plainNumber(text)
  if (number === undefined) return durationMs(text) ?? untilDate(text, nowMs)
  if (number < 1e9) return number * 1000
  const untilMs = (number < 1e12 ? number * 1000 : number) - nowMs
  return untilMs >= 0 ? untilMs : undefined
}

function plainNumber(text: string | undefined): number | undefined {
  const trimmed = text?.trim() ?? ''
  return /^\d{1,15}(\.\d{1,9})?$/.test(trimmed) ? Number(trimmed) : undefined
}

const unitMs: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 }

/** Go's way of writing durations: `6m0s`, `120ms`, `1h2m3.5s`. */
function durationMs(text: string | undefined): number | undefined {
  const trimmed = text?.trim() ?? ''
  if (!/^(\d{1,9}(\.\d{1,9})?(ms|[dhms])){1,5}$/.test(trimmed)) return undefined
  let total = 0
  for (const [, amount, unit] of trimmed.matchAll(/([\d.]+)(ms|[dhms])/g)) {
    total += Number(amount) * (unitMs[unit ?? ''] ?? 0)
  }
  return total
}

/** HTTP dates and RFC 3339. Date.parse alone would read a year into nearly any text with a digit. */
function untilDate(text: string | undefined, nowMs: number): number | undefined {
  const trimmed = text?.trim() ?? ''
  if (!/^([A-Z][a-z]{2,8}, \d|[A-Z][a-z]{2} [A-Z][a-z]{2} +\d|\d{4}-\d\d-\d\dT)/.test(trimmed))
    return undefined
  // The asctime form of HTTP dates names no zone but means GMT.
  const zoned = /^[A-Z][a-z]{2} /.test(trimmed) ? `${trimmed} GMT` : trimmed
  const untilMs = Date.parse(zoned) - nowMs
  return untilMs >= 0 ? untilMs : undefined
}

function capped(ms: number): number {
  return Math.min(Math.ceil(ms), waitMsMax)
}
