import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import { stringAt } from '../contract/json.ts'
import type { JsonBody } from './body/json-body.ts'
import { type Hints, noHints } from './context.ts'

/** Labels end up in tables and dashboards: a caller must not be able to fill those with novels. */
const labelCharsMax = 256
const tagsMax = 32

/** What the headers say. Most callers say nothing, and share one answer. */
export function hintsOf({ headers, rawHeaders }: IncomingMessage): Hints {
  if (!rawHeaders.some(isHint)) return noHints
  const header = (name: string) => label(headerText(headers[`x-sidelight-${name}`]))
  const prompt = header('prompt')
  const at = prompt.lastIndexOf('@')
  return {
    customer: header('customer'),
    feature: header('feature'),
    session: header('session'),
    promptName: at < 0 ? prompt : prompt.slice(0, at),
    promptVersion: at < 0 ? '' : prompt.slice(at + 1),
    tags: tagsOf(headerText(headers['x-sidelight-tags'])),
    tier: header('tier'),
    provider: header('provider'),
    route: header('route'),
    cache: header('cache'),
  }
}

const prefix = /^x-sidelight-/i

/** Values that look like names only cost the closer look. */
function isHint(text: string): boolean {
  return (text[0] === 'x' || text[0] === 'X') && prefix.test(text)
}

/** The header names the customer, else what the body says about its end user, in the order of the documentation. */
export function withCustomerOf(body: JsonBody, hints: Hints): Hints {
  if (hints.customer !== '') return hints
  const customer = customerOf(body)
  return customer === '' ? hints : { ...hints, customer }
}

function customerOf(body: JsonBody): string {
  const named = label(body.string('safety_identifier')) || label(body.string('user'))
  if (named !== '') return named
  const metadata = body.has('metadata') ? body.get('metadata') : undefined
  return label(stringAt(metadata, 'customer')) || label(stringAt(metadata, 'user_id'))
}

function label(text: string | undefined): string {
  if (text === undefined || text === '') return ''
  const trimmed = text.trim()
  const short = trimmed.length > labelCharsMax ? trimmed.slice(0, labelCharsMax) : trimmed
  // Half a pair of surrogates, sent or cut, would not survive the way to the warehouse.
  return short.isWellFormed() ? short : short.toWellFormed()
}

/** Node reads header bytes as Latin-1; whoever sends more than ASCII today sends UTF-8. */
function headerText(value: string | string[] | undefined): string {
  const text = (Array.isArray(value) ? value[0] : value) ?? ''
  if (isAscii(text)) return text
  const bytes = Buffer.from(text, 'latin1')
  return isUtf8(bytes) ? bytes.toString('utf8') : text
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > 0x7f) return false
  return true
}

/** `k=v,k=v`; what has no `=` is a tag with an empty value. */
function tagsOf(value: string): Hints['tags'] {
  if (value === '') return noHints.tags
  const tags: Record<string, string> = Object.create(null)
  for (const pair of value.split(',', tagsMax)) {
    const at = pair.indexOf('=')
    const key = label(at < 0 ? pair : pair.slice(0, at))
    if (key !== '') tags[key] = at < 0 ? '' : label(pair.slice(at + 1))
  }
  return tags
}

/** How often the caller's SDK has sent this request before. */
export function clientRetries({ headers }: Pick<IncomingMessage, 'headers'>): number {
  return Number(headers['x-stainless-retry-count'] ?? 0) || 0
}
