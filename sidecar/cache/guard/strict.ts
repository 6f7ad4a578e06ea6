import type { Analysis } from '../analysis/analysis.ts'
import { type GuardRule, type GuardWords, softGuard } from './soft.ts'

/**
 * The words of both stand in the same order, but for articles, moving auxiliaries and the frame of politeness. What
 * this lets through are spellings of one question; everything else it names by the first rule that fails.
 */
export function strictGuard(a: Analysis, b: Analysis, words: GuardWords): GuardRule | '' {
  if (isSame(a, b)) return ''
  const soft = softGuard(a, b, words)
  if (soft !== '') return soft
  if (a.tense !== b.tense) return 'tense'
  return 'function'
}

function isSame(a: Analysis, b: Analysis): boolean {
  return (
    a.sequence === b.sequence &&
    a.language === b.language &&
    a.numbers === b.numbers &&
    a.symbols === b.symbols &&
    a.quoted === b.quoted &&
    a.wh === b.wh &&
    isSameForm(a, b) &&
    a.denied === b.denied
  )
}

/** `isn't working` is `not working`; elsewhere a form of `be` makes another question: `he is like`, `he likes`. */
function isSameForm(a: Analysis, b: Analysis): boolean {
  if (a.auxiliaries === b.auxiliaries) return true
  const forms = [a.auxiliaries, b.auxiliaries].sort().join('|')
  return a.negations > 0 && forms === '|be'
}
