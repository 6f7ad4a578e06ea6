import type { FeedbackRow, LedgerRecord, RecordSink } from '../contract/record.ts'
import type { CacheAuditRow } from '../contract/tables/cache-audits.ts'

/** Keeps what it is offered in the arrays it was given; memory is as durable as a test needs. */
export function memorySink(
  records: LedgerRecord[],
  feedback: FeedbackRow[] = [],
  cacheAudits: CacheAuditRow[] = [],
): RecordSink {
  return {
    offer: (record) => void records.push(record),
    offerFeedback: (row) => void feedback.push(row),
    offerCacheAudit: (row) => void cacheAudits.push(row),
    refusal: () => undefined,
    flushed: async () => {},
  }
}
