/** Bets, by stake, that a candidate has become worse than it was; each starts anew whenever it has lost. */
export type ECusum = readonly number[]

const stakes = [0.2, 0.5, 1] as const
/** What a score may be lower than expected without anything having changed. */
const slack = 0.03
/** Scores, on average, from one false alarm to the next. */
const alarmAt = 5_000

export const newECusum: ECusum = stakes.map(() => 1)

/** One score of a candidate, and what was expected of it. */
export function watched(bets: ECusum, score: number, expected: number): ECusum {
  const reference = Math.max(0, expected - slack)
  // No factor may reach 0, or one good score would ruin a bet for ever.
  const most = 0.99 / Math.max(1 - reference, 1e-9)
  return stakes.map((stake, index) => {
    const before = Math.max(bets[index] ?? 1, 1)
    return before * (1 - Math.min(stake, most) * (score - reference))
  })
}

export function levelOf(bets: ECusum): number {
  return bets.reduce((sum, value) => sum + value, 0) / bets.length
}

export function isAlarm(bets: ECusum): boolean {
  return levelOf(bets) >= alarmAt
}
