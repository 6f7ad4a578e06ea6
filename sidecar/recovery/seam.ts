import { mayOverlapMore, overlapOf } from './overlap.ts'
import { beginningChars, resemblesBeginning } from './start-over.ts'

/**
 * Joins what one model said to what another goes on with. Text goes in as it comes and comes out without what
 * the reader has already; undefined when the two can't be joined honestly.
 */
export interface Seam {
  push(text: string): string | undefined
  /** The rest, when the answer is over. */
  end(): string | undefined
}

/**
 * For a model that was asked to go on. It may go back a few words (the overlap is dropped) or begin anew: then
 * nothing is passed on while it repeats, and at the first other letter there is no telling what belongs where.
 */
export class AskedSeam implements Seam {
  readonly #told: string
  #mode: 'gathering' | 'repeating' | 'through' = 'gathering'
  #held = ''
  /** While repeating: how far it has got. */
  #at = 0

  constructor(told: string) {
    this.#told = told
  }

  push(text: string): string | undefined {
    if (this.#mode === 'through') return text
    if (this.#mode === 'repeating') return this.#suppress(text)
    this.#held += text
    const isKnown = this.#held.length >= beginningChars && !mayOverlapMore(this.#told, this.#held)
    return isKnown ? this.#decide() : ''
  }

  end(): string | undefined {
    if (this.#mode === 'gathering') {
      const rest = this.#decide()
      if (rest !== '') return rest
    }
    // It has said again only a part of what was said: that is no end of this answer.
    return this.#isRepeating() ? undefined : ''
  }

  #isRepeating(): boolean {
    return this.#mode === 'repeating'
  }

  #decide(): string | undefined {
    const held = this.#held
    this.#held = ''
    const overlap = overlapOf(this.#told, held)
    const isWhole = overlap === this.#told.length || overlap >= beginningChars
    if (!isWhole && resemblesBeginning(this.#told, held)) {
      this.#mode = 'repeating'
      return this.#suppress(held)
    }
    this.#mode = 'through'
    return held.slice(overlap)
  }

  #suppress(text: string): string | undefined {
    const known = this.#told.slice(this.#at, this.#at + text.length)
    if (!text.startsWith(known)) return undefined
    this.#at += known.length
    if (this.#at === this.#told.length) this.#mode = 'through'
    return text.slice(known.length)
  }
}
