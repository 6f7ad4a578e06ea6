import { find, firstByte, isDigit, isHex, looksBase64, specialBytes } from './byte-classes.ts'

/**
 * One pass over the bytes of a JSON object: is it valid, where are its top-level values, where are the
 * strings too large to treat like text (base64). No values are built and nothing is copied, so a 5 MB
 * image costs a memory search and not a parse.
 */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** A string above 16 kB: `start` and `end` lie between its quotes, as on the wire. */
export interface LongString extends ByteRange {
  /** By samples: an image or a file rather than text. */
  readonly isBase64: boolean
}

/** One member of the top-level object. */
export interface KeyRange {
  /** The decoded key. */
  readonly name: string
  /** The opening quote of the name, and one past its closing quote. */
  readonly keyStart: number
  readonly keyEnd: number
  readonly valueStart: number
  readonly valueEnd: number
}

export interface JsonLayout {
  /** In order, duplicates kept. */
  readonly keys: readonly KeyRange[]
  /** At any depth. */
  readonly longStrings: readonly LongString[]
}

export interface JsonProblem {
  readonly problem: 'invalid_json' | 'nesting_too_deep' | 'not_an_object' | 'too_many_keys'
  readonly position: number
}

export type ScanResult = JsonLayout | JsonProblem

export const longStringBytes = 16 * 1024
/** No API has a hundred; without a ceiling 32 MiB of `"":0,` would become half a gigabyte of ranges. */
export const keysMax = 4096

/** Every byte of a string is looked at up to here; beyond, native search finds quotes and backslashes only. */
const checkedBytes = 1024
/** Two native searches cost about as much as looking at this many bytes (100 ns against 0.45 ns a byte). */
const nearBytes = 256

const quote = 0x22
const comma = 0x2c
const colon = 0x3a
const openBracket = 0x5b
const backslash = 0x5c
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d

/**
 * Strict JSON, with one liberty: control characters are not looked for beyond the first kilobyte of a
 * string. Whoever parses later (`JSON.parse`, the provider) refuses them there. UTF-8 is checked elsewhere.
 */
export function scanJson(bytes: Buffer, options: { readonly depthMax: number }): ScanResult {
  return new Scanner(bytes, options.depthMax).run()
}

interface OpenKey {
  name: string
  keyStart: number
  keyEnd: number
  valueStart: number
  valueEnd: number
}

/** Methods take a position and return the next one; -1 stops the scan with `#problem` and `#position` set. */
class Scanner {
  readonly #bytes: Buffer
  readonly #view: DataView
  readonly #length: number
  /** The opening byte of every open container. */
  readonly #open: number[] = []
  readonly #depthMax: number
  #depth = 0
  readonly #keys: OpenKey[] = []
  readonly #longStrings: LongString[] = []
  #nextQuote = -1
  #nextBackslash = -1
  #problem: JsonProblem['problem'] = 'invalid_json'
  #position = 0

  constructor(bytes: Buffer, depthMax: number) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    this.#length = bytes.length
    this.#depthMax = depthMax
  }

  run(): ScanResult {
    const start = this.#skipSpace(0)
    const first = this.#bytes[start]
    if (first !== openBrace) {
      const startsOtherValue = first !== undefined && '["-0123456789tfn'.includes(String.fromCharCode(first))
      return { problem: startsOtherValue ? 'not_an_object' : 'invalid_json', position: start }
    }
    if (this.#values(start) < 0) return { problem: this.#problem, position: this.#position }
    return { keys: this.#keys, longStrings: this.#longStrings }
  }

  #values(start: number): number {
    const bytes = this.#bytes
    let at = start
    while (at >= 0) {
      const first = bytes[at]
      if (first === quote) at = this.#string(at)
      else if (first === openBrace || first === openBracket) {
        at = this.#enter(at, first)
        if (at < 0) return at
        // Closers follow their opener by 2 in ASCII, so this is `}` or `]`.
        if (bytes[at] !== first + 2) {
          if (first === openBrace) at = this.#key(at)
          continue
        }
      } else at = this.#scalar(at)
      if (at < 0) return at
      at = this.#afterValue(at)
      if (this.#depth === 0) return at
    }
    return at
  }

  #enter(at: number, opener: number): number {
    if (this.#depth === this.#depthMax) {
      this.#problem = 'nesting_too_deep'
      return this.#fail(at)
    }
    this.#open[this.#depth] = opener
    this.#depth += 1
    return this.#skipSpace(at + 1)
  }

  /** Closes what ends here; the start of the next value, or the end of the document at depth 0. */
  #afterValue(start: number): number {
    const bytes = this.#bytes
    let at = start
    for (;;) {
      if (this.#depth === 1) this.#endTopLevelValue(at)
      at = this.#skipSpace(at)
      const byte = bytes[at]
      const opener = this.#open[this.#depth - 1]
      if (byte === comma) {
        at = this.#skipSpace(at + 1)
        return opener === openBrace ? this.#key(at) : at
      }
      const closer = opener === openBrace ? closeBrace : closeBracket
      if (byte !== closer) return this.#fail(at)
      at += 1
      this.#depth -= 1
      if (this.#depth > 0) continue
      at = this.#skipSpace(at)
      return at === this.#length ? at : this.#fail(at)
    }
  }

  #endTopLevelValue(at: number): void {
    const key = this.#keys.at(-1)
    if (key !== undefined) key.valueEnd = at
  }

  #key(start: number): number {
    if (this.#bytes[start] !== quote) return this.#fail(start)
    const end = this.#string(start)
    if (end < 0) return end
    const colonAt = this.#skipSpace(end)
    if (this.#bytes[colonAt] !== colon) return this.#fail(colonAt)
    const valueStart = this.#skipSpace(colonAt + 1)
    if (this.#depth === 1) {
      if (this.#keys.length === keysMax) {
        this.#problem = 'too_many_keys'
        return this.#fail(start)
      }
      const name = decodeKey(this.#bytes, start, end)
      this.#keys.push({ name, keyStart: start, keyEnd: end, valueStart, valueEnd: valueStart })
    }
    return valueStart
  }

  #string(open: number): number {
    const bytes = this.#bytes
    let at = open + 1
    let lookUntil = at + checkedBytes
    for (;;) {
      at = this.#skipPlain(at, Math.min(lookUntil, this.#length))
      if (at >= lookUntil) at = this.#searchQuoteOrBackslash(at)
      const byte = bytes[at]
      if (byte === quote) return this.#endString(open, at)
      if (byte !== backslash) return this.#fail(at)
      do at = this.#escape(at)
      while (bytes[at] === backslash)
      if (at < 0) return at
      // Escapes come in groups; without this, text full of them would pay for a native search each.
      lookUntil = Math.max(lookUntil, at + nearBytes)
    }
  }

  /** The first byte that is not plain text: a quote, a backslash, a control character; else the limit or just past it. */
  #skipPlain(start: number, limit: number): number {
    const view = this.#view
    const safe = Math.min(limit, this.#length - 7)
    let at = start
    for (; at < safe; at += 8) {
      const low = specialBytes(view.getInt32(at, true))
      if (low !== 0) return at + firstByte(low)
      const high = specialBytes(view.getInt32(at + 4, true))
      if (high !== 0) return at + 4 + firstByte(high)
    }
    const bytes = this.#bytes
    while (at < limit) {
      const byte = bytes[at] as number
      if (byte === quote || byte === backslash || byte < 0x20) break
      at += 1
    }
    return at
  }

  /** Both positions are kept: a search runs to the end of the buffer and must not be repeated. */
  #searchQuoteOrBackslash(at: number): number {
    if (this.#nextQuote < at) this.#nextQuote = find(this.#bytes, quote, at)
    if (this.#nextBackslash < at) this.#nextBackslash = find(this.#bytes, backslash, at)
    return Math.min(this.#nextQuote, this.#nextBackslash)
  }

  #endString(open: number, close: number): number {
    const start = open + 1
    if (close - start > longStringBytes) {
      this.#longStrings.push({ start, end: close, isBase64: looksBase64(this.#bytes, start, close) })
    }
    return close + 1
  }

  #escape(at: number): number {
    const bytes = this.#bytes
    switch (bytes[at + 1]) {
      case 0x22: // "
      case 0x5c: // \
      case 0x2f: // /
      case 0x62: // b
      case 0x66: // f
      case 0x6e: // n
      case 0x72: // r
      case 0x74: // t
        return at + 2
      case 0x75: // u
        for (let index = at + 2; index < at + 6; index += 1) {
          if (!isHex(bytes[index] ?? 0)) return this.#fail(index)
        }
        return at + 6
      default:
        return this.#fail(at + 1)
    }
  }

  #scalar(at: number): number {
    const first = this.#bytes[at]
    if (first === 0x74) return this.#literal(at, 'true')
    if (first === 0x66) return this.#literal(at, 'false')
    if (first === 0x6e) return this.#literal(at, 'null')
    return this.#number(at)
  }

  #literal(start: number, text: string): number {
    for (let index = 1; index < text.length; index += 1) {
      if (this.#bytes[start + index] !== text.charCodeAt(index)) return this.#fail(start + index)
    }
    return start + text.length
  }

  #number(start: number): number {
    const bytes = this.#bytes
    let at = start
    if (bytes[at] === 0x2d) at += 1
    // No leading zeros: after 0 the whole part is over.
    if (bytes[at] === 0x30) at += 1
    else at = this.#digits(at)
    if (at >= 0 && bytes[at] === 0x2e) at = this.#digits(at + 1)
    if (at >= 0 && ((bytes[at] ?? 0) | 0x20) === 0x65) {
      const sign = bytes[at + 1]
      at = this.#digits(sign === 0x2b || sign === 0x2d ? at + 2 : at + 1)
    }
    return at
  }

  /** At least one. */
  #digits(start: number): number {
    const bytes = this.#bytes
    let at = start
    while (at < this.#length && isDigit(bytes[at] as number)) at += 1
    return at === start ? this.#fail(at) : at
  }

  #skipSpace(start: number): number {
    const bytes = this.#bytes
    let at = start
    while (at < this.#length) {
      const byte = bytes[at] as number
      if (byte > 0x20 || (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09)) break
      at += 1
    }
    return at
  }

  #fail(position: number): -1 {
    this.#position = Math.min(position, this.#length)
    return -1
  }
}

function decodeKey(bytes: Buffer, start: number, end: number): string {
  if (isPlainName(bytes, start + 1, end - 1)) return bytes.toString('latin1', start + 1, end - 1)
  const text = bytes.toString('utf8', start + 1, end - 1)
  try {
    return JSON.parse(`"${text}"`) as string
  } catch {
    // A control character beyond the checked part of a name: no key we look for.
    return text
  }
}

/** ASCII without escapes, as all names are that anyone looks for. */
function isPlainName(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] as number
    if (byte > 0x7e || byte === backslash) return false
  }
  return true
}
