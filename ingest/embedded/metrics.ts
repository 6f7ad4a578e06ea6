import type { Seen } from './server.ts'
import type { Slots } from './slots.ts'

/** Counters of the endpoint as Prometheus text; labels are from short lists of our own. */
export function createMetrics(slots: Pick<Slots, 'counts'>): {
  observe(seen: Seen): void
  render(): string
} {
  const queries = new Map<string, number>()
  const errors = new Map<number, number>()
  let seconds = 0
  let resultBytes = 0
  let writtenRows = 0
  return {
    observe(seen) {
      const key = `kind="${seen.kind}",user="${seen.user}"`
      queries.set(key, (queries.get(key) ?? 0) + 1)
      if (seen.code !== 0) errors.set(seen.code, (errors.get(seen.code) ?? 0) + 1)
      seconds += seen.durationMs / 1000
      resultBytes += seen.bytes
      writtenRows += seen.writtenRows
    },
    render() {
      const { running, waiting } = slots.counts()
      return [
        ...metric('queries_total', 'counter', 'Requests with a statement, by its kind.', queries),
        ...metric(
          'errors_total',
          'counter',
          'Those that failed, by the code of ClickHouse.',
          labelled(errors),
        ),
        ...metric('query_seconds_total', 'counter', 'Time they took, waiting included.', seconds),
        ...metric('result_bytes_total', 'counter', 'Bytes of results.', resultBytes),
        ...metric('written_rows_total', 'counter', 'Rows written, views included.', writtenRows),
        ...metric('queries_running', 'gauge', 'Queries that run now.', running),
        ...metric('queries_waiting', 'gauge', 'Queries that wait for a place.', waiting),
        ...metric('resident_bytes', 'gauge', 'Memory of the process.', process.memoryUsage.rss()),
        ...metric('cpu_seconds_total', 'counter', 'Processor time of the process.', cpuSeconds()),
        '',
      ].join('\n')
    },
  }
}

function metric(
  name: string,
  type: 'counter' | 'gauge',
  help: string,
  value: number | ReadonlyMap<string, number>,
): string[] {
  const full = `sidelight_warehouse_${name}`
  const lines =
    typeof value === 'number'
      ? [`${full} ${value}`]
      : [...value].map(([labels, count]) => `${full}{${labels}} ${count}`)
  return [`# HELP ${full} ${help}`, `# TYPE ${full} ${type}`, ...lines]
}

function labelled(errors: ReadonlyMap<number, number>): ReadonlyMap<string, number> {
  return new Map([...errors].map(([code, count]) => [`code="${code}"`, count]))
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}
