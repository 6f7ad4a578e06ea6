import type { SpoolState } from '../ingest/spool-watch.ts'
import type { Gauge } from '../sidecar/observe/metrics.ts'

type Figures = NonNullable<SpoolState['shipper']>['figures']

/** A shipper writes its state every second; one that is silent for so long is not there. */
const silentAfterMs = 10_000

/** What waits in the spool and what became of the rest, as metrics. */
export function spoolGauges(state: SpoolState, nowMs: number): Gauge[] {
  const { segments, bytes, oldestMs, shipper } = state
  const isUp = shipper !== undefined && nowMs - shipper.atMs < silentAfterMs
  return [
    gauge(
      'sidelight_spool_waiting_segments',
      'Sealed segments that the warehouse has not acknowledged.',
      segments,
    ),
    gauge('sidelight_spool_waiting_bytes', 'Their size.', bytes),
    gauge(
      'sidelight_spool_oldest_age_seconds',
      'Age of the oldest of them; 0 when none waits.',
      oldestMs === undefined ? 0 : Math.max(0, nowMs - oldestMs) / 1000,
    ),
    gauge('sidelight_shipper_up', '1 while a shipper of this spool says that it works.', isUp ? 1 : 0),
    ...(shipper === undefined ? [] : shipperGauges(shipper.figures)),
  ]
}

export function shipperGauges(figures: Figures): Gauge[] {
  const { shipped, batches, quarantined, failures, waiting } = figures
  return [
    ...labelled(
      'sidelight_records_shipped_total',
      'Rows that the warehouse has acknowledged.',
      'table',
      shipped,
    ),
    counter('sidelight_ship_batches_total', 'Batches that have arrived.', batches),
    ...labelled(
      'sidelight_records_quarantined_total',
      'Rows that the warehouse refused, by its error; they lie in the quarantine folder of the spool.',
      'reason',
      quarantined,
    ),
    ...labelled('sidelight_ship_failures_total', 'Tries that did not succeed.', 'reason', failures),
    {
      ...gauge(
        'sidelight_ship_waiting',
        '1 while nothing is shipped, with the reason.',
        waiting === undefined ? 0 : 1,
      ),
      labels: { reason: waiting?.reason ?? '' },
    },
    {
      ...counter('sidelight_records_lost_total', lostHelp, figures.lost),
      labels: { reason: 'quarantineFull' },
    },
    counter('sidelight_spool_torn_tails_total', tornHelp, figures.tornTails),
    counter(
      'sidelight_spool_damaged_segments_total',
      'Sealed segments whose end could not be read; it lies in the quarantine folder.',
      figures.damagedSegments,
    ),
  ]
}

export const lostHelp = 'Records that could be neither written nor kept, by reason.'
export const tornHelp = 'Segments whose tail a crash had torn off.'

function gauge(name: string, help: string, value: number): Gauge {
  return { name, help, type: 'gauge', value }
}

function counter(name: string, help: string, value: number): Gauge {
  return { name, help, type: 'counter', value }
}

function labelled(
  name: string,
  help: string,
  label: string,
  values: Readonly<Record<string, number | undefined>>,
): Gauge[] {
  return Object.entries(values).map(([key, value = 0]) => ({
    ...counter(name, help, value),
    labels: { [label]: key },
  }))
}
