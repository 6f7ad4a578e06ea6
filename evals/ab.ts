import { type Moments, varianceOf } from './estimators/moments.ts'
import { countTest } from './tests/chi-square.ts'
import { type Interval, leastForInterval, sequenceOfDifference, sequenceRadius } from './tests/sequence.ts'

export interface Arm {
  /** One number for each unit: the mean of its requests, because requests of one unit resemble each other. */
  readonly units: Moments
  /** Units that came to it, scored or not, and how many were due by the weights. */
  readonly arrived: number
  readonly due: number
}

export interface Comparison {
  /** Of `own` less `control`; undefined below 100 units each. */
  readonly interval: Interval | undefined
  readonly units: number
  /** Below .001 the units were not drawn as the weights say, and the difference means nothing. */
  readonly sampleRatioP: number
  /** Until the interval is narrower than the margin, at the present pace; undefined: it is, or nobody comes. */
  readonly daysToMargin: number | undefined
}

const daysMost = 3_650

/** Two arms of an experiment, at any time and as often as one likes. */
export function compare(
  own: Arm,
  control: Arm,
  of: { readonly margin: number; readonly days: number },
): Comparison {
  const interval = sequenceOfDifference(own.units, control.units)
  return {
    interval,
    units: own.units.n + control.units.n,
    sampleRatioP: countTest([own.arrived, control.arrived], [own.due, control.due]).p,
    daysToMargin: daysToMargin(own.units, control.units, of),
  }
}

function daysToMargin(
  own: Moments,
  control: Moments,
  { margin, days }: { readonly margin: number; readonly days: number },
): number | undefined {
  if (days <= 0 || own.n === 0 || control.n === 0) return undefined
  const radius = (factor: number) => {
    const n = factor * (own.n + control.n)
    const deviation = Math.sqrt(
      (own.n + control.n) * (varianceOf(own) / own.n + varianceOf(control) / control.n),
    )
    return Math.min(own.n, control.n) * factor < leastForInterval
      ? Number.POSITIVE_INFINITY
      : sequenceRadius(n, deviation)
  }
  if (radius(1) <= margin) return undefined
  for (let more = 1; more <= daysMost; more += 1) if (radius((days + more) / days) <= margin) return more
  return undefined
}
