/**
 * The exact one-sided 95 % bounds of a share, from errors seen in trials, which need not be whole numbers: weighted
 * labels count in parts.
 */
export function upperBound(errors: number, trials: number, confidence = 0.95): number {
  if (trials <= 0) return 1
  if (errors <= 0) return 1 - (1 - confidence) ** (1 / trials)
  if (errors >= trials) return 1
  return betaQuantile(confidence, errors + 1, trials - errors)
}

export function lowerBound(errors: number, trials: number, confidence = 0.95): number {
  if (trials <= 0 || errors <= 0) return 0
  if (errors >= trials) return (1 - confidence) ** (1 / trials)
  return betaQuantile(1 - confidence, errors, trials - errors + 1)
}

/** By halving: 50 steps give more digits than anybody reads. */
export function betaQuantile(share: number, a: number, b: number): number {
  let low = 0
  let high = 1
  for (let step = 0; step < 50; step += 1) {
    const middle = (low + high) / 2
    if (betaShare(middle, a, b) < share) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** Regularised incomplete beta function, by Lentz's continued fraction. */
export function betaShare(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(1 - x))
  return x < (a + 1) / (a + b + 2) ? (front * fraction(x, a, b)) / a : 1 - (front * fraction(1 - x, b, a)) / b
}

const tiny = 1e-300

function fraction(x: number, a: number, b: number): number {
  let c = 1
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1))
  let value = d
  for (let m = 1; m <= 300; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / nonZero(1 + even * d)
    c = nonZero(1 + even / c)
    value *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / nonZero(1 + odd * d)
    c = nonZero(1 + odd / c)
    const change = d * c
    value *= change
    if (Math.abs(change - 1) < 1e-12) break
  }
  return value
}

const nonZero = (value: number) => (Math.abs(value) < tiny ? tiny : value)

const lanczos = [
  676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
  -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
]

function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x)
  const z = x - 1
  const t = z + 7.5
  const sum = lanczos.reduce((total, factor, index) => total + factor / (z + index + 1), 0.99999999999980993)
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum)
}
