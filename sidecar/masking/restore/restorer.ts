import { countedGrammar, type Grammar, keyedGrammar, normalized } from '../grammar.ts'
import type { Issued, PlaceholderMap } from '../placeholders.ts'
import { JsonDepth } from './json-depth.ts'

/** Longer than any placeholder that was issued: what is held back ends here, whatever comes. */
const heldCharsMax = 64

export interface RestoreCounts {
  /** Placeholders of known types that stand for nothing. */
  unknown: number
}

export interface RestorerOptions {
  /** The text is JSON: values are written as JSON strings have them, however deep. */
  readonly isJson?: boolean
}

/**
 * Puts the values back into one text that comes in pieces. What may be the beginning of a placeholder is held back
 * until the next piece decides it; all else is passed on at once.
 */
export class TextRestorer {
  readonly #map: PlaceholderMap
  readonly #grammar: Grammar
  readonly #counts: RestoreCounts
  readonly #depth: JsonDepth | undefined
  #held = ''

  constructor(map: PlaceholderMap, counts: RestoreCounts, options: RestorerOptions = {}) {
    this.#map = map
    this.#counts = counts
    this.#grammar = map.isKeyed ? keyedGrammar : countedGrammar
    // Where no value needs an escape, how deep it stands does not matter.
    this.#depth = options.isJson === true && map.needsEscapes ? new JsonDepth() : undefined
  }

  get held(): string {
    return this.#held
  }

  push(piece: string): string {
    if (this.#held === '' && !piece.includes('[') && !piece.endsWith('\\')) {
      this.#depth?.pass(piece)
      return piece
    }
    return this.#restore(this.#held + piece, false)
  }

  /** What was held back: no more will come. */
  flush(): string {
    if (this.#held === '') return ''
    return this.#restore(this.#held, true)
  }

  #restore(text: string, isLast: boolean): string {
    let out = ''
    let from = 0
    this.#held = ''
    for (;;) {
      const bracket = text.indexOf('[', from)
      const start = bracket < 0 ? trailingSlashes(text, from) : slashesBefore(text, bracket, from)
      if (start === text.length) break
      const tail = text.length - start
      const { whole } = this.#grammar
      whole.lastIndex = start
      const match = bracket < 0 ? null : whole.exec(text)
      if (match !== null) {
        const { text: put, swallowed } = this.#resolved(match, text.slice(from, start))
        out += text.slice(from, start) + swallowed + put
        from = start + match[0].length
      } else if (!isLast && tail <= heldCharsMax && this.#isBeginning(text.slice(start))) {
        this.#pass(text.slice(from, start))
        this.#held = text.slice(start)
        return out + text.slice(from, start)
      } else if (bracket < 0) break
      else {
        this.#pass(text.slice(from, bracket + 1))
        out += text.slice(from, bracket + 1)
        from = bracket + 1
      }
    }
    this.#pass(text.slice(from))
    return out + text.slice(from)
  }

  /** What stands in place of it, and the backslashes before it that are not its own. */
  #resolved(match: RegExpExecArray, before: string): { text: string; swallowed: string } {
    const [written, leading = '', words = '', index, trailing = ''] = match
    this.#pass(before)
    const issued = this.#find(normalized(words), index)
    if (issued === undefined) {
      this.#pass(written)
      return { text: written, swallowed: '' }
    }
    // A backslash that the other end has not was there before the value was masked.
    const swallowed = leading.slice(0, leading.length - Math.min(leading.length, trailing.length))
    this.#pass(swallowed)
    return { text: this.#depth?.escaped(issued.value) ?? issued.value, swallowed }
  }

  #find(type: string, index: string | undefined): Issued | undefined {
    const found = index === undefined ? this.#map.only(type) : this.#map.resolve(type, index)
    if (found === undefined && index !== undefined && this.#map.hasType(type)) this.#counts.unknown += 1
    return found?.isReversible === true ? found : undefined
  }

  #isBeginning(tail: string): boolean {
    return this.#grammar.isBeginning(tail, this.#map.types)
  }

  #pass(text: string): void {
    if (text !== '') this.#depth?.pass(text)
  }
}

/** Up to two backslashes right before a bracket may be its own. */
function slashesBefore(text: string, bracket: number, from: number): number {
  let start = bracket
  while (start > from && bracket - start < 2 && text.charCodeAt(start - 1) === 0x5c) start -= 1
  return start
}

function trailingSlashes(text: string, from: number): number {
  return slashesBefore(text, text.length, from)
}
