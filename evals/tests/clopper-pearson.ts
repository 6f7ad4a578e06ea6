import { incompleteBeta } from './gamma.ts'

/** Exact interval of a share: it covers the truth at least as often as it says, also for few trials. */
export function clopperPearson(successes: number, trials: number, alpha = 0.05): readonly [number, number] {
  const lower = successes === 0 ? 0 : betaQuantile(alpha / 2, { a: successes, b: trials - successes + 1 })
  const upper =
    successes === trials ? 1 : betaQuantile(1 - alpha / 2, { a: successes + 1, b: trials - successes })
  return [lower, upper]
}

function betaQuantile(p: number, { a, b }: { readonly a: number; readonly b: number }): number {
  let low = 0
  let high = 1
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2
    if (incompleteBeta(middle, a, b) < p) low = middle
    else high = middle
  }
  return (low + high) / 2
}
