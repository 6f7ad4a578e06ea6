export type Side = 'a' | 'b' | 'tie'

/** One comparison by a judge. */
export interface JudgedPair {
  readonly scorerVersion: string
  readonly verdict: Side
  /** The same with the answers in the other order, where it was asked: named by the same answers. */
  readonly swapped?: Side
  /** Where the answer stood that it picked. */
  readonly position: 'first' | 'second' | 'tie'
  /** What people say, where they were asked. */
  readonly human?: Side
  readonly lengths?: readonly [a: number, b: number]
}

/** As a score of the first answer. */
export function scoreOf(side: Side): number {
  if (side === 'tie') return 0.5
  return side === 'a' ? 1 : 0
}
