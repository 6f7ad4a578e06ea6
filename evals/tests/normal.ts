import { upperGamma } from './gamma.ts'

/** Chance that a standard normal number is above z. */
export function normalUpper(z: number): number {
  const half = upperGamma(0.5, (z * z) / 2) / 2
  return z >= 0 ? half : 1 - half
}

/** The z that a standard normal number is below with chance p. */
export function normalQuantile(p: number): number {
  let low = -40
  let high = 40
  for (let step = 0; step < 100; step += 1) {
    const middle = (low + high) / 2
    if (1 - normalUpper(middle) < p) low = middle
    else high = middle
  }
  return (low + high) / 2
}
