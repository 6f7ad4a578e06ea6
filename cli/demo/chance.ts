import { drawFrom } from '../../sidecar/providers/simulated/text.ts'

/** Seeded: the same demo twice asks the same. */
export interface Chance {
  /** From 0 to below 1. */
  next(): number
  between(least: number, most: number): number
  isTrue(share: number): boolean
  pick<T>(list: readonly T[]): T
  weighted<T>(list: readonly (readonly [item: T, weight: number])[]): T
  /** Until the next of events that come so often, whenever the last one came. */
  waitMs(perMinute: number): number
}

const steps = 2 ** 30

export function chanceOf(seed: string): Chance {
  const draw = drawFrom(seed)
  const next = () => draw(steps) / steps
  return {
    next,
    between: (least, most) => least + next() * (most - least),
    isTrue: (share) => next() < share,
    pick: (list) => list[draw(list.length)] as (typeof list)[number],
    weighted(list) {
      let left = next() * list.reduce((sum, [, weight]) => sum + weight, 0)
      for (const [item, weight] of list) {
        left -= weight
        if (left < 0) return item
      }
      return (list.at(-1) as (typeof list)[number])[0]
    },
    waitMs: (perMinute) => (-Math.log(1 - next()) * 60_000) / perMinute,
  }
}
