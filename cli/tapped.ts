import type { RecordSink } from '../contract/record.ts'
import type { LiveTap } from '../dashboards/console/live/tap.ts'

/** The sink as it is, and what goes in is also seen by the console while somebody looks. */
export function tapped(sink: RecordSink, tap: LiveTap): RecordSink {
  const decode = sink.decode?.bind(sink)
  return {
    offer(record) {
      sink.offer(record)
      tap.offer(record.request)
    },
    offerFeedback: (row) => sink.offerFeedback(row),
    offerCacheAudit: (row) => sink.offerCacheAudit(row),
    offerCacheEntry: (row) => sink.offerCacheEntry(row),
    ...(decode === undefined ? {} : { decode }),
    refusal: () => sink.refusal(),
    flushed: () => sink.flushed(),
  }
}
