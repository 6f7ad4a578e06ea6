/** Figures older than this say nothing about now. */
const windowMs = 600_000
/** Of a busy candidate the last ones: enough for a steady percentile, and 8 kB each. */
const samplesMax = 512
const samplesMin = 100
/** A percentile is worked out once in this time, not for every request. */
const freshMs = 1000
/** Beyond any configuration: candidates of routes that were reloaded away. */
const candidatesMax = 1024

interface Samples {
  readonly ms: Float64Array
  readonly at: Float64Array
  count: number
  p95: number | undefined
  workedOutAt: number
}

/** How long candidates take to their first token, as far as routes that hedge have seen. */
export class FirstTokens {
  readonly #samples = new Map<string, Samples>()

  note(candidate: string, ms: number, nowAt: number): void {
    const samples = this.#of(candidate)
    const place = samples.count % samplesMax
    samples.ms[place] = ms
    samples.at[place] = nowAt
    samples.count += 1
  }

  /** Undefined: too little was seen of it. */
  p95(candidate: string, nowAt: number): number | undefined {
    const samples = this.#samples.get(candidate)
    if (samples === undefined || samples.count < samplesMin) return undefined
    if (nowAt - samples.workedOutAt >= freshMs) {
      samples.workedOutAt = nowAt
      samples.p95 = workOut(samples, nowAt)
    }
    return samples.p95
  }

  #of(candidate: string): Samples {
    const known = this.#samples.get(candidate)
    if (known !== undefined) return known
    if (this.#samples.size >= candidatesMax) this.#samples.clear()
    const samples: Samples = {
      ms: new Float64Array(samplesMax),
      at: new Float64Array(samplesMax),
      count: 0,
      p95: undefined,
      workedOutAt: Number.NEGATIVE_INFINITY,
    }
    this.#samples.set(candidate, samples)
    return samples
  }
}

function workOut({ ms, at, count }: Samples, nowAt: number): number | undefined {
  const recent: number[] = []
  for (let index = 0; index < Math.min(count, samplesMax); index += 1)
    if (nowAt - (at[index] ?? 0) <= windowMs) recent.push(ms[index] ?? 0)
  if (recent.length < samplesMin) return undefined
  recent.sort((left, right) => left - right)
  return recent[Math.ceil(recent.length * 0.95) - 1]
}
