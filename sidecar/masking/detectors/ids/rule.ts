/** What an id says about whom: decides which general words ("national id", "tax number") speak for it. */
export type IdKind = 'personal' | 'tax' | 'company' | 'health' | 'bank' | 'device' | 'vehicle'

/**
 * How sure a find is. `strong`: the shape proves itself. `formatted`: the usual separators (or letters) prove it with
 * less certainty; bare digits need a word. `context`: only with a word that names it.
 */
export type IdClass = 'strong' | 'formatted' | 'context'

export interface IdRule {
  readonly type: string
  readonly kind: IdKind
  /** Key of the words for its country. */
  readonly country?: string
  readonly class: IdClass
  /** Of the compact form: capitals and digits without separators. */
  readonly shape: RegExp
  /** Lengths of the compact form. */
  readonly lengths: readonly number[]
  /**
   * Lengths of the parts with what stands between: `3-2-4`. With `~` for "a space, or a hyphen, one kind throughout".
   * Any of them makes a `formatted` id fire alone.
   */
  readonly layouts?: readonly string[]
  /** Layouts that need a word all the same. */
  readonly looseLayouts?: readonly string[]
  readonly isValid?: (compact: string) => boolean
  /** Asked besides when no word is near. */
  readonly isValidAlone?: (compact: string) => boolean
}
