import { looksBase64Text } from './base64.ts'
import type { Shape, Treatment } from './shape.ts'

/** A string, a key or a long number of a JSON text, between `start` and `end` as it is written there. */
export interface Leaf {
  readonly start: number
  readonly end: number
  readonly kind: 'string' | 'key' | 'number'
  /** What the string says, escapes resolved. */
  readonly text: string
  /** Of a tool's data: the key it stands under; arrays pass on theirs. */
  readonly key: string
  treatment: Treatment
  readonly isHistory: boolean
}

export interface Leaves {
  readonly leaves: readonly Leaf[]
  /** Images, sound, files, tokens: what nobody has looked at. */
  readonly unscanned: number
}

/** Numbers shorter than this are no one's. */
const numberCharsMin = 7

/** A picture takes more; what is shorter may be a name or a number. */
const mediaCharsMin = 256

/**
 * The strings of a valid JSON text in the order they stand there, each as the shape says. Duplicate keys are all
 * visited: readers disagree on which one counts.
 */
export function leavesOf(json: string, shape: Shape): Leaves {
  const walker = new Walker(json)
  walker.value(shape, '')
  return { leaves: walker.leaves, unscanned: walker.unscanned }
}

class Walker {
  readonly leaves: Leaf[] = []
  unscanned = 0
  readonly #json: string
  #at = 0
  #isHistory = false

  constructor(json: string) {
    this.#json = json
  }

  value(shape: Shape, key: string): void {
    const before = this.#isHistory
    this.#isHistory ||= shape.isHistory === true
    this.#any(shape, key)
    this.#isHistory = before
  }

  #any(shape: Shape, key: string): void {
    this.#space()
    switch (this.#json.charCodeAt(this.#at)) {
      case 0x22:
        this.#string(shape, key)
        return
      case 0x7b:
        this.#object(shape)
        return
      case 0x5b:
        this.#array(shape, key)
        return
      default:
        this.#scalar(shape, key)
    }
  }

  #object(shape: Shape): void {
    const first = this.leaves.length
    let said = ''
    for (this.#at += 1; this.#next() !== 0x7d; ) {
      const start = this.#at
      const key = this.#token()
      if (shape.hasDataKeys && shape.leaf !== 'skip')
        this.#leaf({ start, kind: 'key', text: key, key: '', treatment: 'text' })
      this.#space()
      this.#at += 1
      this.#space()
      const valueStart = this.#at
      this.value(fieldOf(shape, key), key)
      if (key === shape.when?.key) said = this.#json.slice(valueStart, this.#at).replaceAll('"', '')
    }
    this.#at += 1
    const { when } = shape
    const as = when === undefined ? undefined : treatmentBy(when, said)
    if (as === undefined) return
    for (const leaf of this.leaves.slice(first)) if (leaf.treatment === 'text') leaf.treatment = as
  }

  #array(shape: Shape, key: string): void {
    const isTokens = shape.hasTokens === true && /[\d[\s]/.test(this.#json[this.#at + 1] ?? '')
    let hasNumbers = false
    for (this.#at += 1; this.#next() !== 0x5d; ) {
      if (isTokens && isDigit(this.#json.charCodeAt(this.#at))) hasNumbers = true
      this.value(shape, key)
    }
    this.#at += 1
    if (hasNumbers) this.unscanned += 1
  }

  #string(shape: Shape, key: string): void {
    const start = this.#at
    const { leaf: treatment } = shape
    if (treatment === 'skip') {
      this.#at = this.#endOfString()
      return
    }
    const text = this.#token()
    if (treatment === 'media' ? isMedia(text) : looksBase64Text(text)) {
      this.unscanned += 1
      return
    }
    const is = treatment === 'media' ? 'text' : treatment
    const hint = treatment === 'data' ? key : ''
    this.#leaf({ start, kind: 'string', text, key: hint, treatment: is })
  }

  #scalar(shape: Shape, key: string): void {
    const start = this.#at
    while (!/[,\]}\s]/.test(this.#json[this.#at] ?? ',')) this.#at += 1
    if (shape.leaf !== 'data' || this.#at - start < numberCharsMin) return
    const text = this.#json.slice(start, this.#at)
    if (isDigit(text.charCodeAt(text.startsWith('-') ? 1 : 0)))
      this.#leaf({ start, kind: 'number', text, key, treatment: 'text' })
  }

  #leaf(leaf: Omit<Leaf, 'end' | 'isHistory'>): void {
    this.leaves.push({ ...leaf, end: this.#at, isHistory: this.#isHistory })
  }

  #token(): string {
    const start = this.#at
    this.#at = this.#endOfString()
    const inner = this.#json.slice(start + 1, this.#at - 1)
    return inner.includes('\\') ? (JSON.parse(`"${inner}"`) as string) : inner
  }

  /** One past the closing quote. */
  #endOfString(): number {
    for (let at = this.#at; ; ) {
      at = this.#json.indexOf('"', at + 1)
      if (at < 0) throw new SyntaxError('unterminated string')
      let slashes = 0
      while (this.#json.charCodeAt(at - 1 - slashes) === 0x5c) slashes += 1
      if (slashes % 2 === 0) return at + 1
    }
  }

  /** The next character that says something, commas stepped over. */
  #next(): number {
    this.#space()
    if (this.#json.charCodeAt(this.#at) === 0x2c) {
      this.#at += 1
      this.#space()
    }
    if (this.#at >= this.#json.length) throw new SyntaxError('unexpected end')
    return this.#json.charCodeAt(this.#at)
  }

  #space(): void {
    for (;;) {
      const code = this.#json.charCodeAt(this.#at)
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return
      this.#at += 1
    }
  }
}

function treatmentBy({ is, as, or }: NonNullable<Shape['when']>, said: string): Treatment | undefined {
  if (is.includes(said)) return as
  return or !== undefined && Object.hasOwn(or, said) ? or[said] : undefined
}

function fieldOf(shape: Shape, key: string): Shape {
  const own = shape.fields
  if (own !== undefined && Object.hasOwn(own, key)) return own[key] as Shape
  return shape.rest ?? shape
}

const isDigit = (code: number) => code >= 0x30 && code <= 0x39

function isMedia(text: string): boolean {
  return text.startsWith('data:') || (!text.includes('://') && looksBase64Text(text, mediaCharsMin))
}
