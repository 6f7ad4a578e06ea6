/**
 * A bet against "the candidate loses no more than the margin": what one unit of money has become. It may be looked at
 * after every pair, for ever; that it ever reaches 1/alpha has a chance of alpha when there is nothing to see.
 */
export interface EProcess {
  readonly capital: number
  /** The largest capital so far is what counts: money that was made proves what it proves. */
  readonly peak: number
  readonly n: number
  readonly sum: number
  readonly squares: number
}

export const newEProcess: EProcess = { capital: 1, peak: 1, n: 0, sum: 0, squares: 0 }

const startVariance = 0.25

/** One pair: its difference, candidate less control, in [-1, 1]. The stake follows from earlier pairs alone. */
export function bet(process: EProcess, difference: number, margin: number): EProcess {
  const x = -(Math.max(-1, Math.min(1, difference)) + margin)
  const stake = stakeOf(process, margin)
  const capital = process.capital * (1 + stake * x)
  return {
    capital,
    peak: Math.max(process.peak, capital),
    n: process.n + 1,
    sum: process.sum + x,
    squares: process.squares + x * x,
  }
}

function stakeOf({ n, sum, squares }: EProcess, margin: number): number {
  const mean = n === 0 ? 0 : sum / n
  const variance = (startVariance + Math.max(0, squares - n * mean * mean)) / (n + 1)
  const stake = mean / (variance + mean * mean)
  return Math.max(0, Math.min(stake, 0.5 / (1 + margin)))
}

export function fires({ peak }: EProcess, alpha: number): boolean {
  return peak >= 1 / alpha
}
