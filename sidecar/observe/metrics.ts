import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks'
import type { AttemptRow, LedgerRecord, RequestRow } from '../../contract/record.ts'
import {
  type Family,
  family,
  type Histogram,
  type Labels,
  observeIn,
  renderFamilies,
  type Series,
} from './prometheus.ts'

/** What the metrics endpoint shows of requests; everything comes from the records, so the two can't disagree. */
export interface Metrics {
  observe(record: LedgerRecord): void
  requestStarted(): void
  requestEnded(): void
}

/** Plain data, so that workers can send theirs to the parent. */
export type MetricsSnapshot = readonly Family[]

export interface MetricsRegistry extends Metrics {
  snapshot(): MetricsSnapshot
  render(): string
  /** Adds figures that others keep (spool, pools), asked for at each render. */
  gauges(source: () => readonly Gauge[]): void
  stop(): void
}

export interface Gauge {
  readonly name: string
  readonly help: string
  readonly type: 'gauge' | 'counter'
  readonly value: number
}

const secondsBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300]
const overheadBuckets = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1]

export function createMetrics(options: { worker: number }): MetricsRegistry {
  const requests = family('sidelight_requests_total', 'counter', 'Requests answered, by what became of them.')
  const attempts = family('sidelight_attempts_total', 'counter', 'Calls to providers, by outcome.')
  const tokens = family(
    'sidelight_tokens_total',
    'counter',
    'Tokens by class (input includes cache classes, output includes reasoning).',
  )
  const cost = family(
    'sidelight_cost_usd_total',
    'counter',
    'Cost in US dollars; a float, for rates and alerts. The ledger has the exact figure.',
  )
  const unpriced = family(
    'sidelight_unpriced_requests_total',
    'counter',
    'Requests whose cost is unknown because a price is missing.',
  )
  const duration = family(
    'sidelight_request_duration_seconds',
    'histogram',
    'Arrival of a request to its last byte.',
  )
  const firstToken = family(
    'sidelight_first_token_seconds',
    'histogram',
    'Arrival of a streamed request to its first content.',
  )
  const overhead = family(
    'sidelight_overhead_seconds',
    'histogram',
    'Time in Sidelight before the upstream was asked.',
  )
  const families = [requests, attempts, tokens, cost, unpriced, duration, firstToken, overhead]
  const sources: (() => readonly Gauge[])[] = []
  const delay = monitorEventLoopDelay({ resolution: 10 })
  delay.enable()
  let inFlight = 0

  const snapshot = (): MetricsSnapshot => [
    ...families,
    single('sidelight_in_flight_requests', 'gauge', 'Requests being served.', inFlight),
    ...eventLoop(delay, options.worker),
    single('process_resident_memory_bytes', 'gauge', 'Resident memory.', process.memoryUsage.rss()),
    single('process_cpu_seconds_total', 'counter', 'CPU time used.', cpuSeconds()),
    ...sources
      .flatMap((source) => source())
      .map((gauge) => single(gauge.name, gauge.type, gauge.help, gauge.value)),
  ]
  return {
    observe({ request, attempts: rows }) {
      observeRequest({ requests, tokens, cost, unpriced, duration, firstToken, overhead }, request)
      for (const row of rows) add(attempts, attemptLabels(row), 1)
    },
    requestStarted: () => {
      inFlight += 1
    },
    requestEnded: () => {
      inFlight -= 1
    },
    snapshot,
    render: () => renderFamilies(snapshot()),
    gauges: (source) => {
      sources.push(source)
    },
    stop: () => delay.disable(),
  }
}

type RequestFamilies = Readonly<
  Record<'requests' | 'tokens' | 'cost' | 'unpriced' | 'duration' | 'firstToken' | 'overhead', Family>
>

function observeRequest(to: RequestFamilies, row: RequestRow): void {
  const served = { route: row.route, provider: row.provider, model: row.model }
  add(
    to.requests,
    { ...served, endpoint: row.endpoint, status: row.status, http_status: String(row.http_status) },
    1,
  )
  if (row.input_tokens > 0) add(to.tokens, { ...served, class: 'input' }, row.input_tokens)
  if (row.output_tokens > 0) add(to.tokens, { ...served, class: 'output' }, row.output_tokens)
  if (row.cached_input_tokens > 0)
    add(to.tokens, { ...served, class: 'cached_input' }, row.cached_input_tokens)
  if (row.cost_usd === null) add(to.unpriced, served, 1)
  else if (row.attempt_count > 0) add(to.cost, served, Number(row.cost_usd))
  const timed = { route: row.route, streamed: String(row.streamed) }
  observe(to.duration, timed, row.duration_ms / 1000, secondsBuckets)
  if (row.streamed && row.first_token_ms !== null)
    observe(to.firstToken, timed, row.first_token_ms / 1000, secondsBuckets)
  if (row.attempt_count > 0)
    observe(to.overhead, { route: row.route }, row.overhead_us / 1e6, overheadBuckets)
}

function attemptLabels(row: AttemptRow): Labels {
  return {
    provider: row.provider,
    model: row.model,
    outcome: row.outcome,
    http_status: String(row.http_status),
  }
}

/** Routes and models are of the configuration, but callers choose ad-hoc ones: their number is bounded. */
const seriesMax = 2000
const overflow = 'other'

function seriesOf(to: Family, labels: Labels, create: () => Series): Series {
  const key = Object.values(labels).join('\u0000')
  const known = to.series.get(key)
  if (known !== undefined) return known
  const isFull = to.series.size >= seriesMax
  const used = isFull ? Object.fromEntries(Object.keys(labels).map((name) => [name, overflow])) : labels
  const usedKey = isFull ? overflow : key
  const found = to.series.get(usedKey)
  if (found !== undefined) return found
  const created = { ...create(), labels: used }
  to.series.set(usedKey, created)
  return created
}

function add(to: Family, labels: Labels, value: number): void {
  const series = seriesOf(to, labels, () => ({ labels, value: 0 }))
  series.value += value
}

function observe(to: Family, labels: Labels, value: number, buckets: readonly number[]): void {
  const series = seriesOf(to, labels, () => ({
    labels,
    value: 0,
    histogram: { buckets, counts: buckets.map(() => 0), sum: 0, count: 0 },
  }))
  observeIn(series.histogram as Histogram, value)
}

function single(name: string, type: 'gauge' | 'counter', help: string, value: number): Family {
  const made = family(name, type, help)
  made.series.set('', { labels: {}, value })
  return made
}

/** Since the last render: a block that hit one request shows up in exactly one scrape. */
function eventLoop(delay: IntervalHistogram, worker: number): Family[] {
  const made = family(
    'sidelight_event_loop_delay_seconds',
    'gauge',
    'How long the event loop was blocked, since the last scrape.',
  )
  const labels = worker === 0 ? {} : { worker: String(worker) }
  for (const [quantile, value] of [
    ['0.5', delay.percentile(50)],
    ['0.99', delay.percentile(99)],
    ['max', delay.max],
  ] as const) {
    // The monitor itself ticks every 10 ms; what is over that is delay.
    made.series.set(`${quantile}${worker}`, {
      labels: { ...labels, quantile },
      value: Math.max(0, value / 1e9 - 0.01),
    })
  }
  delay.reset()
  return [made]
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

/** One text for all workers: counters and histograms add up, gauges too (in flight, memory, queue). */
export function mergeMetrics(snapshots: readonly MetricsSnapshot[]): string {
  const merged = new Map<string, Family>()
  for (const one of snapshots.flat()) {
    const into = merged.get(one.name) ?? family(one.name, one.type, one.help)
    merged.set(one.name, into)
    for (const [key, series] of one.series) {
      const target = into.series.get(key)
      if (target === undefined) into.series.set(key, cloned(series))
      else merge(target, series)
    }
  }
  return renderFamilies([...merged.values()])
}

function merge(into: Series, from: Series): void {
  into.value += from.value
  if (into.histogram === undefined || from.histogram === undefined) return
  into.histogram.sum += from.histogram.sum
  into.histogram.count += from.histogram.count
  from.histogram.counts.forEach((count, index) => {
    const counts = into.histogram?.counts
    if (counts !== undefined) counts[index] = (counts[index] ?? 0) + count
  })
}

function cloned(series: Series): Series {
  const { histogram } = series
  return histogram === undefined
    ? { ...series }
    : { ...series, histogram: { ...histogram, counts: [...histogram.counts] } }
}
