import type { KnownWords } from '../language/known-words.ts'
import type { Language } from '../language/language.ts'

/**
 * The singular of a noun, as far as an s can say. What a word means must not change by it: a plural with a meaning of
 * its own stays, and so does what is no plural of a frequent word (`Peters`).
 */
export function singular(word: string, language: Language, known: KnownWords): string {
  const single = withoutS(word, language)
  return single === word || known.frequency(single) === 0 ? word : single
}

function withoutS(word: string, language: Language): string {
  if (!language.data.hasPluralS || word.length < 4 || !word.endsWith('s') || language.pluralsApart.has(word))
    return word
  if (word.endsWith('ies')) return word.length > 4 ? `${word.slice(0, -3)}y` : word
  if (/(?:ch|sh|ss|x|zz)es$/.test(word)) return word.slice(0, -2)
  if (/(?:ss|us|is|'s)$/.test(word)) return word
  return word.slice(0, -1)
}

/** One form for words of one root, for likeness alone: `plan` and `plane` meet here, so no answer hangs on it. */
export function root(word: string, language: Language): string {
  const single = withoutS(word, language)
  if (!language.data.hasPluralS || single.length < 4) return single
  const bare = withoutEnding(single)
  return bare.length > 3 && bare.endsWith('e') ? bare.slice(0, -1) : bare
}

function withoutEnding(word: string): string {
  for (const ending of ['ing', 'ed', 'ly']) {
    if (!word.endsWith(ending) || word.length - ending.length < 3) continue
    const bare = word.slice(0, -ending.length)
    return /([bdfgklmnprt])\1$/.test(bare) && ending !== 'ly' ? bare.slice(0, -1) : bare
  }
  return word
}
