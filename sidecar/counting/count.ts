import { pieces } from './pieces.ts'

/** Tokens of one short text. */
export type Encoding = (text: string) => number

export interface Counted {
  readonly tokens: number
  /** False: the budget was over, and the rest is taken to be like what was counted. */
  readonly isExact: boolean
}

/** Counts until `isOver` says that enough was spent; it is asked before each piece but the first. */
export function countTexts(texts: readonly string[], encoding: Encoding, isOver: () => boolean): Counted {
  const chars = texts.reduce((sum, text) => sum + text.length, 0)
  let seen = 0
  let tokens = 0
  for (const text of texts) {
    for (const piece of pieces(text)) {
      if (seen > 0 && isOver()) return { tokens: Math.ceil((tokens * chars) / seen), isExact: false }
      tokens += encoding(piece)
      seen += piece.length
    }
  }
  return { tokens, isExact: true }
}
