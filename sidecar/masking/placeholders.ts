import { createHmac } from 'node:crypto'

/** The index of a placeholder has four digits: see the grammar. */
const perTypeMax = 9999

/** Text of a caller that looks like a placeholder gets one of its own, so that restoring is exact. */
export const literalType = 'LITERAL'

/** What else issues numbers: none, or a code that a key makes of the value, equal in every request of a caller. */
export type Numbering = { readonly kind: 'counted' } | { readonly kind: 'keyed'; readonly key: Buffer }

export interface Issued {
  readonly type: string
  /** What stands behind the type: a number or a code. */
  readonly index: string
  readonly value: string
  /** The caller gets the value back. */
  readonly isReversible: boolean
}

/** More values of one type than there are placeholders: nobody can say any more what stands for what. */
export class TooManyValues extends Error {}

/**
 * Who stands for what in one request. Numbers are given in the order in which values stand in the body, so that a
 * history that is sent again is masked the same way; the same string has the same placeholder everywhere.
 */
export class PlaceholderMap {
  readonly #numbering: Numbering
  readonly #byValue = new Map<string, Issued>()
  readonly #byName = new Map<string, Issued>()
  readonly #counts = new Map<string, number>()
  /** Some value is written differently inside a JSON string. */
  #needsEscapes = false
  #hasReversible = false

  constructor(numbering: Numbering = { kind: 'counted' }, known: readonly Issued[] = []) {
    this.#numbering = numbering
    for (const issued of known) this.#keep(issued)
  }

  get isKeyed(): boolean {
    return this.#numbering.kind === 'keyed'
  }

  get needsEscapes(): boolean {
    return this.#needsEscapes
  }

  /** Something the caller must get back. */
  get hasReversible(): boolean {
    return this.#hasReversible
  }

  get size(): number {
    return this.#byValue.size
  }

  /** Types of which there are placeholders. */
  get types(): Iterable<string> {
    return this.#counts.keys()
  }

  hasType(type: string): boolean {
    return this.#counts.has(type)
  }

  all(): readonly Issued[] {
    return [...this.#byValue.values()]
  }

  issue(type: string, value: string, isReversible: boolean): string {
    const known = this.#byValue.get(value)
    if (known !== undefined && known.isReversible === isReversible) return nameOf(known)
    const issued = { type, index: this.#indexFor(type, value), value, isReversible }
    this.#keep(issued)
    return nameOf(issued)
  }

  /** The placeholder for a value that has one. */
  nameFor(value: string): string | undefined {
    const known = this.#byValue.get(value)
    return known && nameOf(known)
  }

  resolve(type: string, index: string): Issued | undefined {
    return this.#byName.get(`${type}_${this.isKeyed && !/^\d/.test(index) ? index.toUpperCase() : index}`)
  }

  /** The only one of its type; undefined where there are several. */
  only(type: string): Issued | undefined {
    if (this.#counts.get(type) !== 1) return undefined
    for (const issued of this.#byValue.values()) if (issued.type === type) return issued
    return undefined
  }

  #keep(issued: Issued): void {
    const { type, value, isReversible } = issued
    this.#byValue.set(value, issued)
    this.#byName.set(`${type}_${issued.index}`, issued)
    this.#counts.set(type, Math.max((this.#counts.get(type) ?? 0) + 1, Number(issued.index) || 0))
    if (!isReversible) return
    this.#hasReversible = true
    if (JSON.stringify(value).length !== value.length + 2) this.#needsEscapes = true
  }

  #indexFor(type: string, value: string): string {
    const count = this.#counts.get(type) ?? 0
    if (count >= perTypeMax) throw new TooManyValues()
    if (this.#numbering.kind === 'counted' || type === literalType) return String(count + 1)
    const code = codeOf(this.#numbering.key, type, value)
    for (let chars = codeChars; chars <= code.length; chars += 2) {
      const index = code.slice(0, chars)
      if (!this.#byName.has(`${type}_${index}`)) return index
    }
    throw new TooManyValues()
  }
}

const nameOf = ({ type, index }: Issued) => `[${type}_${index}]`

/** 30 bits: of 1,000 values of one type in a request, one in two thousand requests needs the two more. */
export const codeChars = 6
const codeCharsMax = 12
/** RFC 4648: no digit that looks like a letter. */
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** What a key makes of a value: equal for equal values, and of no use without the key. */
export function codeOf(key: Buffer, type: string, value: string): string {
  const digest = createHmac('sha256', key).update(`${type}\0${value}`).digest()
  let code = ''
  for (let at = 0; at < codeCharsMax; at += 1) code += alphabet[(digest[at] ?? 0) & 31]
  return code
}
