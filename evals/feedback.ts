import { type Share, twoProportions } from './tests/proportions.ts'

const leastRate = 0.2
const alpha = 0.01

/**
 * Why what users say may not move weights; undefined when it may. Those who say nothing are no random part: if users
 * of one candidate speak up more often, what they say of it cannot be compared.
 */
export function feedbackProblem(labelled: Readonly<Record<string, Share>>): string | undefined {
  const shares = Object.values(labelled).filter(({ trials }) => trials > 0)
  const trials = shares.reduce((sum, share) => sum + share.trials, 0)
  const successes = shares.reduce((sum, share) => sum + share.successes, 0)
  if (trials === 0 || successes / trials < leastRate)
    return `${((100 * successes) / Math.max(trials, 1)).toFixed(0)} % of requests have feedback; ${100 * leastRate} % are needed`
  for (const [index, one] of shares.entries())
    for (const other of shares.slice(index + 1))
      if (twoProportions(one, other) < alpha)
        return 'feedback is given more often to some candidates than to others'
  return undefined
}
