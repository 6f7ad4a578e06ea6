import { isDeepStrictEqual } from 'node:util'
import { distance } from 'fastest-levenshtein'

/** Lower case, single spaces, no mark at the end: what nobody means when they ask whether two answers are the same. */
export function normalised(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[.!?;,]+$/, '')
}

export function exact(answer: string, ideal: string): number {
  return Number(normalised(answer) === normalised(ideal))
}

export function contains(answer: string, wanted: string, isCaseSensitive: boolean): number {
  const [text, part] = isCaseSensitive ? [answer, wanted] : [answer.toLowerCase(), wanted.toLowerCase()]
  return Number(text.includes(part))
}

const relativeTolerance = 1e-6

/** The last number of the answer: models show their work before they say what it came to. Null: the ideal is none. */
export function numeric(
  answer: string,
  ideal: string | number,
  tolerance = relativeTolerance,
): number | null {
  const wanted = typeof ideal === 'number' ? ideal : numberIn(ideal)
  if (wanted === undefined) return null
  const found = numberIn(answer)
  if (found === undefined) return 0
  return Number(Math.abs(found - wanted) <= tolerance * Math.max(Math.abs(wanted), 1e-12))
}

function numberIn(text: string): number | undefined {
  const all = text.replaceAll(/(\d),(?=\d{3}(\D|$))/g, '$1').match(/-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/gi)
  const last = all?.at(-1)
  return last === undefined ? undefined : Number(last)
}

/** What is compared is cut: the distance of two long texts would take seconds. */
const levenshteinChars = 4096

export function levenshteinSimilarity(answer: string, ideal: string): number {
  const [a, b] = [normalised(answer).slice(0, levenshteinChars), normalised(ideal).slice(0, levenshteinChars)]
  const longer = Math.max(a.length, b.length)
  return longer === 0 ? 1 : 1 - distance(a, b) / longer
}

/** The JSON of an answer, also from within a fence or the words around it; undefined: there is none. */
export function jsonIn(answer: string): unknown {
  const fenced = /```(?:json)?\s*([\s\S]*?)```/.exec(answer)?.[1]
  const from = answer.search(/[{[]/)
  const to = Math.max(answer.lastIndexOf('}'), answer.lastIndexOf(']'))
  for (const text of [answer, fenced, from < 0 ? undefined : answer.slice(from, to + 1)]) {
    if (text === undefined) continue
    try {
      return JSON.parse(text.trim())
    } catch {
      // The next form is tried.
    }
  }
  return undefined
}

export function atPath(value: unknown, path: string): unknown {
  return path
    .split('.')
    .filter(Boolean)
    .reduce<unknown>((found, key) => (isRecord(found) ? found[key] : undefined), value)
}

export function jsonEqual(answer: string, ideal: unknown, path = ''): number {
  const found = jsonIn(answer)
  return found === undefined ? 0 : Number(isDeepStrictEqual(atPath(found, path), ideal))
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
