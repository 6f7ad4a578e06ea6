import { type Moments, noMoments } from './estimators/moments.ts'

/** All that is known of one candidate in one segment; older facts count for less (`discount`). */
export interface Cell {
  /** Scores, 0 to 1, of requests that were drawn to it and served by it. */
  readonly live: Moments
  /** Score less the baseline's on the same prompt: golden items and shadows. */
  readonly paired: Moments
  /** US dollars of a request at present prices, of requests whose price is known. */
  readonly cost: Moments
  /** One for each request that was drawn to it, 1 when it delivered the answer. */
  readonly delivered: Moments
}

export const noCell: Cell = { live: noMoments, paired: noMoments, cost: noMoments, delivered: noMoments }

/** What judge scores of a candidate's pairs have to be corrected by, from pairs that people labelled too. */
export interface Rectifier {
  /** What a judge's difference counts for, 0 to 1. */
  readonly lambda: number
  /** What is added to it, and the variance of that. */
  readonly mean: number
  readonly variance: number
}

/**
 * The statistics of one route as the loop wants them. The simulation fills it from a table, the jobs from the
 * warehouse: the engine adds up, the loop reads a number of rows that does not grow with the traffic.
 */
export interface Evidence {
  /** Requests a day, by segment as recorded (not merged). */
  readonly traffic: ReadonlyMap<string, number>
  cell(segment: string, candidate: string): Cell
  /** Absent where nothing was judged, or where what judged needs no people to trust it. */
  rectifier?(candidate: string): Rectifier | undefined
  /** 95th percentile of the duration of its requests, all segments; undefined while too few are known. */
  durationP95Ms?(candidate: string): number | undefined
}
