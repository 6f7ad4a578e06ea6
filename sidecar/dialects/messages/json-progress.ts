const quote = 0x22
const backslash = 0x5c
const openings = new Set([0x7b, 0x5b])
const closings = new Set([0x7d, 0x5d])

/** Tells, piece by piece, when a JSON object is whole, without parsing it again with every piece. */
export class JsonProgress {
  #depth = 0
  #hasBegun = false
  #inString = false
  #isEscaped = false

  get isWhole(): boolean {
    return this.#hasBegun && this.#depth <= 0
  }

  push(piece: string): void {
    for (let index = 0; index < piece.length; index += 1) this.#step(piece.charCodeAt(index))
  }

  #step(code: number): void {
    if (this.#isEscaped) this.#isEscaped = false
    else if (this.#inString) {
      if (code === backslash) this.#isEscaped = true
      else if (code === quote) this.#inString = false
    } else if (code === quote) this.#inString = true
    else if (openings.has(code)) {
      this.#hasBegun = true
      this.#depth += 1
    } else if (closings.has(code)) this.#depth -= 1
  }
}
