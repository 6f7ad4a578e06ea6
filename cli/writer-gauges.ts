import type { WriterCounts } from '../ingest/writer.ts'
import type { Gauge } from '../sidecar/observe/metrics.ts'

type SpoolCounts = Pick<WriterCounts, 'accepted' | 'spooled' | 'lost' | 'queued' | 'tornTails'>

/** What the spool counts, as metrics. */
export function writerGauges(counts: SpoolCounts): Gauge[] {
  const { accepted, spooled, lost, queued, tornTails } = counts
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
    {
      name: 'sidelight_records_lost_total',
      type: 'counter',
      help: 'Records that could be neither written nor kept.',
      value: lost,
    },
    {
      name: 'sidelight_record_queue_rows',
      type: 'gauge',
      help: 'Records waiting in memory to be written.',
      value: queued,
    },
    {
      name: 'sidelight_spool_torn_tails_total',
      type: 'counter',
      help: 'Segments whose tail a crash had torn off.',
      value: tornTails,
    },
  ]
}
