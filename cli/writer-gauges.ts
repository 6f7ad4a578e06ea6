import type { WriterCounts } from '../ingest/writer.ts'
import type { Gauge } from '../sidecar/observe/metrics.ts'
import { lostHelp, tornHelp } from './shipper-gauges.ts'

type SpoolCounts = Pick<WriterCounts, 'accepted' | 'spooled' | 'losses' | 'queued' | 'tornTails'>

/** What the spool counts, as metrics. */
export function writerGauges(counts: SpoolCounts): Gauge[] {
  const { accepted, spooled, losses, queued, tornTails } = counts
  return [
    {
      name: 'sidelight_records_accepted_total',
      type: 'counter',
      help: 'Records taken for the ledger.',
      value: accepted,
    },
    {
      name: 'sidelight_records_spooled_total',
      type: 'counter',
      help: 'Records durable on disk.',
      value: spooled,
    },
    ...Object.entries(losses).map(([reason, value]) => ({
      name: 'sidelight_records_lost_total',
      type: 'counter' as const,
      help: lostHelp,
      value,
      labels: { reason },
    })),
    {
      name: 'sidelight_record_queue_rows',
      type: 'gauge',
      help: 'Records waiting in memory to be written.',
      value: queued,
    },
    {
      name: 'sidelight_spool_torn_tails_total',
      type: 'counter',
      help: tornHelp,
      value: tornTails,
    },
  ]
}
