import type { Analysis } from '../analysis/analysis.ts'
import type { GuardWords } from './soft.ts'

/**
 * One or two words of content left over on each side at the same place are a template with another filling: different,
 * unless they are known to mean the same. Only for answers by likeness of meaning, after the guard.
 */
export function isSlotSwap(a: Analysis, b: Analysis, { synonyms }: GuardWords): boolean {
  const left = leftOver(a.content, b.content)
  const right = leftOver(b.content, a.content)
  if (left.length !== right.length || left.length === 0 || left.length > 2) return false
  return left.some(({ word, at }, index) => {
    const other = right[index]
    if (other === undefined || Math.abs(at - other.at) > 1) return false
    return (synonyms.get(word) ?? word) !== (synonyms.get(other.word) ?? other.word)
  })
}

function leftOver(words: readonly string[], others: readonly string[]): { word: string; at: number }[] {
  return words.flatMap((word, at) => (others.includes(word) ? [] : [{ word, at }]))
}
