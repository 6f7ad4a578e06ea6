import { setFlagsFromString } from 'node:v8'

/**
 * V8 has a second engine for regular expressions that takes linear time and knows no look-ahead, back-reference or
 * counted repetition. Both flags must stand before a pattern is compiled: with the first, `l` asks for that engine;
 * with the second, a pattern that backtracks too long in the usual engine is gone on with in the linear one.
 */
export function allowLinearEngine(): void {
  setFlagsFromString('--enable-experimental-regexp-engine')
  setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks')
}

/** Whether the linear engine takes this pattern. */
export function isLinear(source: string): boolean {
  try {
    new RegExp(source, 'gl')
    return true
  } catch {
    return false
  }
}

/** More copies than this make the program of the linear engine too large. */
const copiesMost = 64

/** `\d{8}` written out, so that the linear engine takes it; undefined when that would be too long. */
export function withoutCounts(source: string): string | undefined {
  let result = source
  for (let turn = 0; turn < 32; turn += 1) {
    const count = /(\\.|\[(?:\\.|[^\]\\])+\]|[^\\()[\]{}|*+?^$])\{(\d{1,3})(?:,(\d{0,3}))?\}/.exec(result)
    if (count === null) return result.includes('{') && /\{\d/.test(result) ? undefined : result
    const [whole, atom = '', least = '0', most] = count
    const upTo = most === undefined ? Number(least) : most === '' ? undefined : Number(most)
    if (Number(least) + (upTo ?? 0) > copiesMost) return undefined
    const optional = upTo === undefined ? `${atom}*` : `${atom}?`.repeat(Math.max(0, upTo - Number(least)))
    result =
      result.slice(0, count.index) +
      atom.repeat(Number(least)) +
      optional +
      result.slice(count.index + whole.length)
  }
  return undefined
}
