import { isPeriodic } from './periodic.ts'
import type { Seam } from './seam.ts'

/** Below this an answer may well go on as it began ("ha", "ha"). */
const repeatCharsMin = 12

/**
 * For a model whose answer began with what was told: it goes on behind the last letter, and only what could not
 * be shown to it (`kept`: blanks, half a letter) may come again. A host that did not understand begins anew,
 * and says all of it again.
 */
export class PrefilledSeam implements Seam {
  readonly #told: string
  readonly #kept: string
  readonly #mayRepeat: boolean
  #isThrough = false
  #held = ''

  constructor(told: string, kept: string) {
    this.#told = told
    this.#kept = kept
    // Told twice, such a text would be one that nobody writes.
    this.#mayRepeat = told.length >= repeatCharsMin && !isPeriodic(told)
  }

  push(text: string): string {
    if (this.#isThrough) return text
    const before = this.#held.length
    this.#held += text
    const { length } = this.#held
    if (length < this.#kept.length && this.#kept.startsWith(this.#held)) return ''
    // What came before is known to repeat, so only the new piece is compared.
    const repeats = this.#mayRepeat && length < this.#told.length && this.#told.startsWith(text, before)
    return repeats ? '' : this.end()
  }

  end(): string {
    if (this.#isThrough) return ''
    this.#isThrough = true
    const held = this.#held
    this.#held = ''
    if (this.#mayRepeat && held.startsWith(this.#told)) return held.slice(this.#told.length)
    return held.slice(commonStart(this.#kept, held))
  }
}

function commonStart(left: string, right: string): number {
  let at = 0
  while (at < left.length && left[at] === right[at]) at += 1
  return at
}
