import type { FeedbackRow, LedgerRecord, RecordSink } from '../contract/record.ts'
import type { CacheAuditRow } from '../contract/tables/cache-audits.ts'
import type { CacheEntryRow } from '../contract/tables/cache-entries.ts'

/** Keeps what it is offered in the arrays it was given; memory is as durable as a test needs. */
export function memorySink(
  records: LedgerRecord[],
  feedback: FeedbackRow[] = [],
  cacheAudits: CacheAuditRow[] = [],
  cacheEntries: CacheEntryRow[] = [],
): RecordSink {
  return {
    offer: (record) => void records.push(record),
    offerFeedback: (row) => void feedback.push(row),
    offerCacheAudit: (row) => void cacheAudits.push(row),
    offerCacheEntry: (row) => void cacheEntries.push(row),
    refusal: () => undefined,
    flushed: async () => {},
  }
}
