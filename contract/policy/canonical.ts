import { createHash } from 'node:crypto'

/** Deeper than anything a policy holds; what is deeper is refused before the stack is. */
const depthMax = 16

/**
 * JSON of which there is one form: keys sorted by UTF-16 code units, numbers as ECMAScript writes them, no spaces
 * (RFC 8785). Whoever has the same values has the same bytes.
 */
export function canonicalJson(value: unknown): string {
  return written(value, 0)
}

function written(value: unknown, depth: number): string {
  if (depth > depthMax) throw new RangeError('nested too deeply')
  if (Array.isArray(value)) return `[${value.map((item) => written(item, depth + 1)).join(',')}]`
  if (typeof value === 'object' && value !== null) return writtenObject(value, depth)
  if (typeof value === 'number' && !Number.isFinite(value)) throw new RangeError('a number is not finite')
  const text = JSON.stringify(value)
  if (text === undefined) throw new TypeError('a value has no form in JSON')
  return text
}

function writtenObject(value: object, depth: number): string {
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))

    .map(([key, member]) => `${JSON.stringify(key)}:${written(member, depth + 1)}`)
  return `{${members.join(',')}}`
}

export function sha256Hex(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
