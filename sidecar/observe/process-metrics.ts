import { monitorEventLoopDelay } from 'node:perf_hooks'
import { type Family, family, single } from './prometheus.ts'

/**
 * How often the monitor looks, in milliseconds. Measured when idle: 10 ms costs 0.6 % of a core, 20 ms 0.4 %,
 * 50 ms 0.1 %. A block shorter than this may pass between two looks.
 */
const resolutionMs = 20

export interface ProcessMetrics {
  families(): Family[]
  stop(): void
}

/** What the process itself can tell. Workers count from 1; a process of its own is 0. */
export function createProcessMetrics(worker: number): ProcessMetrics {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs })
  delay.enable()
  return {
    families: () => [
      eventLoopDelay(delay, worker),
      single('process_resident_memory_bytes', 'gauge', 'Resident memory.', process.memoryUsage.rss()),
      single('process_cpu_seconds_total', 'counter', 'CPU time used.', cpuSeconds()),
    ],
    stop: () => {
      delay.disable()
    },
  }
}

/** Since the last scrape: a block that hit one request shows up in exactly one of them. */
function eventLoopDelay(delay: ReturnType<typeof monitorEventLoopDelay>, worker: number): Family {
  const made = family(
    'sidelight_event_loop_delay_seconds',
    'gauge',
    'How long the event loop was blocked, since the last scrape.',
  )
  // Delays of workers do not add up: each has series of its own.
  const own = worker === 0 ? {} : { worker: String(worker) }
  const figures = { '0.5': delay.percentile(50), '0.99': delay.percentile(99), max: delay.max }
  for (const [quantile, nanoseconds] of Object.entries(figures)) {
    const value = Math.max(0, nanoseconds / 1e9 - resolutionMs / 1000)
    made.series.set(`${worker} ${quantile}`, { labels: { ...own, quantile }, value })
  }
  delay.reset()
  return made
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}
