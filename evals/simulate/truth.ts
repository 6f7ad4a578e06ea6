import type { Table } from './table.ts'

/** A change of a candidate's quality from a day on: points are of 1, negative for worse. */
export interface Change {
  readonly day: number
  readonly candidate: string
  readonly points: number
}

/** What is true of the table, which the loop never sees. */
export interface Truth {
  readonly segments: readonly string[]
  /** Means over the prompts, by segment and candidate. */
  readonly quality: ReadonlyMap<string, readonly number[]>
  readonly costUsd: ReadonlyMap<string, readonly number[]>
  readonly share: ReadonlyMap<string, number>
  /** Of the whole table, by candidate. */
  readonly mean: readonly number[]
}

export function truthOf({ prompts, candidates }: Table): Truth {
  const sums = new Map<string, { n: number; quality: number[]; costUsd: number[] }>()
  const zeros = () => candidates.map(() => 0)
  for (const prompt of prompts) {
    const sum = sums.get(prompt.segment) ?? { n: 0, quality: zeros(), costUsd: zeros() }
    sums.set(prompt.segment, sum)
    sum.n += 1
    for (const [a] of candidates.entries()) {
      sum.quality[a] = (sum.quality[a] ?? 0) + (prompt.quality[a] ?? 0)
      sum.costUsd[a] = (sum.costUsd[a] ?? 0) + (prompt.costUsd[a] ?? 0)
    }
  }
  const segments = [...sums.keys()].sort()
  const means = (field: 'quality' | 'costUsd') =>
    new Map([...sums].map(([segment, sum]) => [segment, sum[field].map((value) => value / sum.n)]))
  return {
    segments,
    quality: means('quality'),
    costUsd: means('costUsd'),
    share: new Map([...sums].map(([segment, { n }]) => [segment, n / prompts.length])),
    mean: candidates.map(
      (_, a) => [...sums.values()].reduce((sum, { quality }) => sum + (quality[a] ?? 0), 0) / prompts.length,
    ),
  }
}

/** What quality a mix has, and what it costs; `kept` is the part of its quality that a candidate still has. */
export function worthOf(
  truth: Truth,
  sharesOf: (segment: string) => readonly number[],
  kept: readonly number[],
): { readonly quality: number; readonly costUsd: number } {
  let quality = 0
  let costUsd = 0
  for (const segment of truth.segments) {
    const part = truth.share.get(segment) ?? 0
    for (const [a, weight] of sharesOf(segment).entries()) {
      quality += part * weight * (truth.quality.get(segment)?.[a] ?? 0) * (kept[a] ?? 1)
      costUsd += part * weight * (truth.costUsd.get(segment)?.[a] ?? 0)
    }
  }
  return { quality, costUsd }
}

/** The part of a candidate's answers that are still what they were. */
export function keptOn(
  day: number,
  changes: readonly Change[],
  of: { candidates: readonly string[]; truth: Truth },
): number[] {
  return of.candidates.map((candidate, a) => {
    const points = changes
      .filter((change) => change.candidate === candidate && change.day <= day)
      .reduce((sum, change) => sum + change.points, 0)
    const mean = of.truth.mean[a] ?? 0
    return mean > 0 ? Math.max(0, Math.min(1, 1 + points / mean)) : 1
  })
}
