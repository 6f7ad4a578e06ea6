import { apply, cheapest, type Exchange, exchangesFrom, type SegmentProblem } from './exchanges.ts'
import { dot, type Matrix, sumOf } from './matrix.ts'

export interface Problem {
  /** Of the traffic, by segment. */
  readonly share: readonly number[]
  readonly cost: Matrix
  readonly gain: Matrix
  readonly lower: Matrix
  readonly upper: Matrix
  /** Least gain of the whole, and of each segment. */
  readonly floor: number
  readonly segmentFloor: number
}

/** The cheapest weights that keep a segment's own floor, and the exchanges that make them better from there. */
export interface Way {
  readonly start: readonly number[]
  readonly ahead: readonly Exchange[]
  readonly gain: readonly number[]
}

const tolerance = 1e-12

/** The cheapest weights that keep both floors, exactly; undefined when there are none. */
export function solve({
  share,
  cost,
  gain,
  lower,
  upper,
  floor,
  segmentFloor,
}: Problem): number[][] | undefined {
  const ways = share.map((_, s) => {
    const of = (values: Matrix) => values[s] ?? []
    return wayOf({ cost: of(cost), gain: of(gain), lower: of(lower), upper: of(upper) }, segmentFloor)
  })
  return joined(share, ways, floor)
}

/** Undefined when the segment cannot keep its floor. */
export function wayOf(problem: SegmentProblem, floor: number): Way | undefined {
  const { gain } = problem
  const start = cheapest(problem)
  if (Math.abs(sumOf(start, (weight) => weight) - 1) > 1e-9) return undefined
  const path = exchangesFrom(start, problem)
  let missing = floor - dot(start, gain)
  let index = 0
  for (; index < path.length && missing > tolerance; index += 1) {
    const exchange = path[index] as Exchange
    const worth = worthOf(exchange, gain)
    const amount = Math.min(exchange.amount, missing / worth)
    apply(start, exchange, amount)
    missing -= amount * worth
    const rest = exchange.amount - amount
    if (missing <= tolerance && rest > tolerance)
      return { start, gain, ahead: [{ ...exchange, amount: rest }, ...path.slice(index + 1)] }
  }
  return missing <= tolerance ? { start, gain, ahead: path.slice(index) } : undefined
}

/** All segments walk on together, the cheapest exchange of all first, until the whole keeps its floor. */
export function joined(
  share: readonly number[],
  ways: readonly (Way | undefined)[],
  floor: number,
): number[][] | undefined {
  const whole = ways.filter((way) => way !== undefined)
  if (whole.length < ways.length) return undefined
  const weights = whole.map(({ start }) => [...start])
  const ahead = whole.flatMap(({ ahead, gain }, segment) =>
    ahead.map((exchange) => ({ segment, exchange, worth: (share[segment] ?? 0) * worthOf(exchange, gain) })),
  )
  ahead.sort((a, b) => a.exchange.slope - b.exchange.slope || a.segment - b.segment)
  let missing = floor - sumOf(share, (part, s) => part * dot(weights[s] ?? [], whole[s]?.gain ?? []))
  for (const { segment, exchange, worth } of ahead) {
    if (missing <= tolerance) break
    const amount = worth <= 0 ? 0 : Math.min(exchange.amount, missing / worth)
    apply(weights[segment] ?? [], exchange, amount)
    missing -= amount * worth
  }
  return missing <= tolerance ? weights : undefined
}

function worthOf({ from, to }: Exchange, gain: readonly number[]): number {
  return (gain[to] ?? 0) - (gain[from] ?? 0)
}
