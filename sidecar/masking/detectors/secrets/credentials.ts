import type { Span } from '../../span.ts'
import { entropy, isCutShort, isStandIn, isTyped } from './quality.ts'

const add = (found: Span[], start: number, length: number) =>
  found.push({ start, end: start + length, type: 'SECRET', score: 0.92 })

/** `scheme://user:password@`: in front of a host the user never holds a slash. */
const inUrl = /:\/\/([^\s:/@"'<>]{0,100}):([^\s/@"'<>]{3,200})@(?=[\w[])/g
const words = /^(?:pass|password|passwd|pwd|secret|user|username|pw|token|key|\d{1,5})$/i

export function findUrlCredentials(text: string, found: Span[]): void {
  if (!text.includes('://')) return
  for (const match of text.matchAll(inUrl)) {
    const [whole, , password = ''] = match
    const isReal =
      !isStandIn(password) && !words.test(password) && !/^[$%{<]/.test(password) && entropy(password) >= 2
    if (isReal) add(found, match.index + whole.length - password.length - 1, password.length)
  }
}

/** A command line is looked at this far. */
const commandMost = 1024
const user = /\s(?:-u|--user)[ =]?\s*(["']?)[^\s:"']{1,100}:["']?([^\s"']{3,200})["']?\1/g
const anyHeader =
  /(?:-H|--header)[ =]?\s*["']\s*[\w-]{0,40}(?:auth|key|token|secret|password)[\w-]{0,40}\s*:\s*(?:(?:bearer|basic|token|apikey)\s+)?([^\s"']{8,400})/gi

export function findCurl(text: string, found: Span[]): void {
  let from = text.indexOf('curl')
  while (from !== -1) {
    const next = text.indexOf('curl', from + 4)
    const end = Math.min(from + commandMost, next === -1 ? text.length : next)
    const command = text.slice(from, end)
    for (const pattern of [user, anyHeader])
      for (const match of command.matchAll(pattern)) {
        const value = match.at(-1) ?? ''
        const closing = match[0].length - match[0].lastIndexOf(value)
        const isReal = entropy(value) >= 2.5 && !isStandIn(value) && !/^[$<{%]/.test(value)
        if (isReal) add(found, from + match.index + match[0].length - closing, value.length)
      }
    from = next
  }
}

const header = /authorization["']?\s{0,3}[:=]\s{0,3}["']?(?:bearer|basic|token)\s+([\w.~+/=-]{16,2000})/gi

export function findAuthorization(text: string, found: Span[]): void {
  for (const match of text.matchAll(header)) {
    const [whole, value = ''] = match
    const isReal = entropy(value) >= 3 && !isStandIn(value) && /\d/.test(value)
    if (isReal) add(found, match.index + whole.length - value.length, value.length)
  }
}

const assignment =
  /(?:passw(?:or)?d|passphrase|passwort|contraseña|mot de passe|pwd|secret|token|api[_. -]?key|access[_.-]?key|secret[_.-]?key|auth[_.-]?key|encryption[_.-]?key|signing[_.-]?key|account[_.-]?key|private[_.-]?key|license[_.-]?key|credentials?)["'\]]{0,2}(?: is)?[^\S\n]{0,3}(?:=>|:=|==?|:|(?<=is))[^\S\n]{0,3}(?:(["'`])([^"'`\n]{8,200})\1|([^\s"'`,;<>(){}&]{8,200})(?![(\w[]))/gi

/** `password = …`, with a digit and a letter in it and no look of a name in a program. */
export function findAssignments(text: string, found: Span[]): void {
  for (const match of text.matchAll(assignment)) {
    const [whole, quote = '', quoted, plain] = match
    const value = quoted ?? plain?.replace(/[.!?:]+$/, '') ?? ''
    const isPassword = /^(?:pass|contr|mot|pwd)/i.test(whole)
    if (!isSecretValue(value, isPassword, quoted !== undefined)) continue
    if (isCutShort(text, match.index + whole.length) || plain?.endsWith('...') === true) continue
    const start = match.index + whole.length - (quoted ?? plain ?? '').length - quote.length
    add(found, start, value.length)
  }
}

function isSecretValue(value: string, isPassword: boolean, isQuoted: boolean): boolean {
  if (value.length < 8 || !/\d/.test(value) || !/[a-z]/i.test(value)) return false
  if (isStandIn(value) || /[\s$]\{|^\$|^%|^@/.test(value) || (isQuoted && /\s/.test(value))) return false
  if (!isPassword && (isTyped(value) || isNameLike(value))) return false
  if (isPassword && isNameLike(value) && !isQuoted && value.includes('.')) return false
  return entropy(value) >= (isPassword ? 2.5 : 3)
}

/** `tokens.next2`, `get_token_v2`, `/path/v1`, `gpt-4-32k`: words with a number, not a draw. */
function isNameLike(value: string): boolean {
  if (/^(?:\.{0,2}\/|https?:)/.test(value)) return true
  const digits = value.match(/\d/g)?.length ?? 0
  return (
    digits <= 2 &&
    /^[A-Za-z_$][\w$]*(?:[.\-/:][\w$]+)*$/.test(value) &&
    !/[a-z]\d[A-Z]|[A-Z][a-z]?[A-Z][a-z]?\d/.test(value)
  )
}
