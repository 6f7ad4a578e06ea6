const quote = 0x22
const backslash = 0x5c
const openBrace = 0x7b
const openBracket = 0x5b
const closeBrace = 0x7d
const closeBracket = 0x5d
const space = 0x20
const letterU = 0x75

/** JSON in a string in JSON in a string …: deeper than this nobody writes. */
const depthMax = 6

/**
 * How a string must be written at the place where a JSON text has got to: JSON inside a string of JSON is escaped
 * once more. A string is JSON itself when it begins like an object or an array of them; what it says is followed
 * the same way, escapes resolved.
 */
export class JsonDepth {
  readonly #depth: number
  #isInString = false
  #nesting: number
  /** The value has ended: what follows it is no JSON. */
  #isOver = false
  /** After a backslash: 1; inside \uXXXX: what is still to come, plus 1. */
  #escape = 0
  #unit = 0
  #start: 'new' | 'bracket' | 'known' = 'new'
  /** Follows what the open string says, where that is JSON. */
  #inner: JsonDepth | undefined

  constructor(depth = 1, nesting = 0) {
    this.#depth = depth
    this.#nesting = nesting
  }

  pass(text: string): void {
    for (let at = 0; at < text.length; at += 1) this.#take(text.charCodeAt(at))
  }

  escaped(value: string): string {
    let text = value
    for (let level = this.#level(); level > 0; level -= 1) text = JSON.stringify(text).slice(1, -1)
    this.#settle()
    return text
  }

  /** A value stands in the open string: one that begins with it is no JSON. */
  #settle(): void {
    if (this.#inner === undefined) this.#start = 'known'
    else this.#inner.#settle()
  }

  #level(): number {
    const inner = this.#inner
    if (!this.#isInString || inner === undefined) return 1
    // Outside its strings JSON has no place for a value, so it only looked like JSON.
    return inner.#isInString && !inner.#isOver ? 1 + inner.#level() : 1
  }

  #take(code: number): void {
    if (!this.#isInString) this.#between(code)
    else if (this.#escape > 0) this.#escaped(code)
    else if (code === backslash) this.#escape = 1
    else if (code === quote) this.#isInString = false
    else this.#says(code)
  }

  #between(code: number): void {
    if (code === quote) this.#open()
    else if (code === openBrace || code === openBracket) this.#nesting += 1
    else if (code === closeBrace || code === closeBracket) {
      this.#nesting -= 1
      this.#isOver ||= this.#nesting <= 0
    }
  }

  #open(): void {
    this.#isInString = true
    this.#inner = undefined
    this.#start = 'new'
  }

  #escaped(code: number): void {
    if (this.#escape > 1) {
      this.#unit = this.#unit * 16 + Number.parseInt(String.fromCharCode(code), 16)
      this.#escape -= 1
      if (this.#escape > 1) return
      this.#escape = 0
      this.#says(this.#unit)
    } else if (code === letterU) {
      this.#escape = 5
      this.#unit = 0
    } else {
      this.#escape = 0
      this.#says(code === quote || code === backslash ? code : space)
    }
  }

  /** One character that the open string says. */
  #says(code: number): void {
    if (this.#start !== 'known') this.#begin(code)
    if (this.#inner !== undefined) this.#inner.#take(code)
  }

  #begin(code: number): void {
    if (code === space) return
    if (this.#start === 'new' && code === openBracket) {
      this.#start = 'bracket'
      return
    }
    const isList = this.#start === 'bracket' && (code === openBracket || code === openBrace || code === quote)
    this.#start = 'known'
    if ((isList || code === openBrace) && this.#depth < depthMax)
      this.#inner = new JsonDepth(this.#depth + 1, isList ? 1 : 0)
  }
}
