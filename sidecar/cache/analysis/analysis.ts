/** What guards compare of a question. Texts are joined with single spaces: comparing them is one comparison. */
export interface Analysis {
  readonly language: string
  /** The question without frame, lower-case: what n-grams are made of. */
  readonly text: string
  /** Equal for questions of the same content, whatever the order and the small words. */
  readonly key: string
  readonly wh: string
  /** Numbers with their units, sorted, and every word with a digit in it. */
  readonly numbers: string
  readonly symbols: string
  readonly negations: number
  /** The words that each negation stands before, in order. */
  readonly denied: string
  /** What says what it is about, in order. */
  readonly content: readonly string[]
  /** Words of grammar, sorted. */
  readonly functions: string
  /** All words but articles and moving auxiliaries, in order: equal for what the strict guard lets through. */
  readonly sequence: string
  readonly auxiliaries: string
  readonly pronouns: string
  readonly tense: string
  readonly names: readonly string[]
  readonly quoted: string
}
