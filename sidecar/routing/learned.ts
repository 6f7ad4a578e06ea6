import { Lru } from './lru.ts'

const dayMs = 86_400_000
const outputHalfLifeMs = 14 * dayMs
const speedHalfLifeMs = 5 * 60_000

/** What an answer is taken to be long before any was seen; it weighs as much as two answers. */
const outputStart = 400
const outputStartWeight = 2

/** Segments and models are named by callers; more than this is forgotten, the longest unused first. */
const entriesMax = 10_000

/** Tokens after which a second of waiting for the beginning of an answer matters little. */
const fixedTokens = 50

class Mean {
  #sum = 0
  #weight = 0
  #atMs = 0
  samples = 0

  add(value: number, atMs: number, halfLifeMs: number): void {
    const kept = this.#weight === 0 ? 0 : 0.5 ** (Math.max(0, atMs - this.#atMs) / halfLifeMs)
    this.#sum = this.#sum * kept + value
    this.#weight = this.#weight * kept + 1
    this.#atMs = atMs
    this.samples += 1
  }

  value(start = 0, startWeight = 0): number {
    return (this.#sum + start * startWeight) / (this.#weight + startWeight)
  }
}

interface Speed {
  readonly firstTokenMs: Mean
  readonly msPerToken: Mean
}

/** What is known of a candidate's pace; undefined where nothing is. */
export interface Pace {
  readonly firstTokenMs: number | undefined
  readonly msPerToken: number | undefined
  readonly samples: number
}

/** How long and how fast candidates answer, from their own answers. */
export class Learned {
  readonly #outputs = new Lru<string, Mean>(entriesMax)
  readonly #speeds = new Lru<string, Speed>(entriesMax)

  /** Of a candidate in a segment, and in all of its traffic, which stands in for segments that are new. */
  addOutput(candidate: string, segment: string, tokens: number, atMs: number): void {
    for (const key of [`${candidate} ${segment}`, candidate])
      this.#known(this.#outputs, key, () => new Mean()).add(tokens, atMs, outputHalfLifeMs)
  }

  outputTokens(candidate: string, segment: string): number {
    const own = this.#outputs.get(`${candidate} ${segment}`)
    const mean = own !== undefined && own.samples >= 5 ? own : this.#outputs.get(candidate)
    return mean === undefined ? outputStart : mean.value(outputStart, outputStartWeight)
  }

  /** An answer that came all at once says both figures in one. */
  addSpeed(
    candidate: string,
    seen: { firstTokenMs: number | undefined; durationMs: number; outputTokens: number },
    atMs: number,
  ): void {
    const speed = this.#known(this.#speeds, candidate, () => ({
      firstTokenMs: new Mean(),
      msPerToken: new Mean(),
    }))
    const { firstTokenMs, durationMs, outputTokens } = seen
    if (firstTokenMs !== undefined) speed.firstTokenMs.add(firstTokenMs, atMs, speedHalfLifeMs)
    speed.msPerToken.add(durationMs / (outputTokens + fixedTokens), atMs, speedHalfLifeMs)
  }

  pace(candidate: string): Pace {
    const speed = this.#speeds.get(candidate)
    if (speed === undefined) return { firstTokenMs: undefined, msPerToken: undefined, samples: 0 }
    const { firstTokenMs, msPerToken } = speed
    return {
      firstTokenMs: firstTokenMs.samples === 0 ? undefined : firstTokenMs.value(),
      msPerToken: msPerToken.value(),
      samples: msPerToken.samples,
    }
  }

  #known<V>(entries: Lru<string, V>, key: string, make: () => V): V {
    const known = entries.get(key)
    if (known !== undefined) return known
    const made = make()
    entries.set(key, made)
    return made
  }
}

/** How long a caller waits: for the first token of a stream, for all of any other answer. */
export function waitMs(pace: Pace, ask: { streamed: boolean; outputTokens: number }): number | undefined {
  if (ask.streamed) return pace.firstTokenMs
  return pace.msPerToken === undefined ? undefined : pace.msPerToken * (ask.outputTokens + fixedTokens)
}
