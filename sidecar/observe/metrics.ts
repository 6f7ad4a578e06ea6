import type { LedgerRecord } from '../../contract/record.ts'
import { createProcessMetrics } from './process-metrics.ts'
import { type Family, type Labels, labelled, mergeFamilies, renderFamilies, single } from './prometheus.ts'
import { RequestMetrics } from './request-metrics.ts'

/** What the metrics endpoint shows of requests; everything comes from the records, so the two can't disagree. */
export interface Metrics {
  observe(record: LedgerRecord): void
  countClassified(result: 'flagged' | 'passed' | 'failed'): void
  observeFeedback(status: 'accepted' | 'refused' | 'noticed'): void
  requestStarted(): void
  requestEnded(): void
}

/** Plain data, so that workers can send theirs to the parent. */
export type MetricsSnapshot = readonly Family[]

export interface MetricsRegistry extends Metrics {
  /** Figures since the last scrape start anew with each call. */
  snapshot(): MetricsSnapshot
  render(): string
  /** Adds figures that others keep (spool, pools), asked for at each render. */
  gauges(source: () => readonly Gauge[]): void
  /** Done before each snapshot, so that what is known is in it. */
  before(prepare: () => void): void
  stop(): void
}

export interface Gauge {
  readonly name: string
  readonly help: string
  readonly type: 'gauge' | 'counter'
  readonly value: number
  readonly labels?: Labels
}

export function createMetrics(options: { worker: number }): MetricsRegistry {
  const requests = new RequestMetrics()
  const ownProcess = createProcessMetrics(options.worker)
  const sources: (() => readonly Gauge[])[] = []
  let inFlight = 0
  const beforehand: (() => void)[] = []
  const families = (): MetricsSnapshot => [
    ...requests.families(),
    single('sidelight_in_flight_requests', 'gauge', 'Requests being served.', inFlight),
    ...ownProcess.families(),
    ...sources.flatMap((source) => source().map(familyOf)),
  ]
  const snapshot = () => {
    for (const prepare of beforehand) prepare()
    return families()
  }
  return {
    observe: (record) => requests.observe(record),
    countClassified: (result) => requests.countClassified(result),
    observeFeedback: (status) => requests.observeFeedback(status),
    requestStarted: () => {
      inFlight += 1
    },
    requestEnded: () => {
      inFlight -= 1
    },
    snapshot,
    render: () => mergeMetrics([snapshot()]),
    gauges: (source) => {
      sources.push(source)
    },
    before: (prepare) => {
      beforehand.push(prepare)
    },
    stop: ownProcess.stop,
  }
}

export function familyOf({ name, type, help, value, labels }: Gauge): Family {
  return labels === undefined
    ? single(name, type, help, value)
    : labelled({ name, type, help, value, labels })
}

/** One text for all workers: counters and histograms add up, gauges too (in flight, memory, queue). */
export function mergeMetrics(snapshots: readonly MetricsSnapshot[]): string {
  return renderFamilies(mergeFamilies(snapshots.flat()))
}
