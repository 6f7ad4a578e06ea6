import type { Span } from '../../span.ts'

const begin = '-----BEGIN'
const header = /-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----/y
const body = /[A-Za-z0-9+/=\s\\]{60,8192}/y
/** A private key of 8,192 bits takes 6.4 kB; an end further off belongs to another. */
const most = 8192
const bodyLeast = 60

/** Private keys in PEM, with their end or cut short. */
export function findPrivateKeys(text: string, found: Span[]): void {
  let ending = -1
  for (let start = text.indexOf(begin); start !== -1; start = text.indexOf(begin, start + begin.length)) {
    header.lastIndex = start
    const head = header.exec(text)
    if (head === null) continue
    const from = start + head[0].length
    // Looked for once however many headers there are.
    if (ending !== Number.POSITIVE_INFINITY && ending < from) {
      ending = text.indexOf('-----END', from)
      if (ending === -1) ending = Number.POSITIVE_INFINITY
    }
    const end = ending - from <= most ? endOfLine(text, ending) : cutShort(text, from)
    const isBody =
      end !== -1 && text.slice(from, Math.min(end, ending)).replaceAll(/\s/g, '').length >= bodyLeast
    if (isBody) found.push({ start, end, type: 'SECRET', score: 0.97 })
  }
}

function endOfLine(text: string, ending: number): number {
  const dashes = text.indexOf('-----', ending + 8)
  return dashes !== -1 && dashes - ending < 60 ? dashes + 5 : ending + 8
}

function cutShort(text: string, from: number): number {
  body.lastIndex = from
  const found = body.exec(text)?.[0].replace(/(?:\s|-)+$/, '')
  return found === undefined ? -1 : from + found.length
}
