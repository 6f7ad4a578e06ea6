import { distance } from 'fastest-levenshtein'

/** This much of a beginning tells a repetition from a continuation. */
export const beginningChars = 40
const similarityMin = 0.8
/** Shorter beginnings resemble each other by chance. */
const comparedCharsMin = 8

/** The first characters of `head` are those of `told`, give or take a few. */
export function resemblesBeginning(told: string, head: string): boolean {
  const length = Math.min(beginningChars, told.length, head.length)
  if (length < comparedCharsMin) return false
  return 1 - distance(told.slice(0, length), head.slice(0, length)) / length >= similarityMin
}
