import type { FeedbackRow, LedgerRecord, RecordSink } from '../contract/record.ts'

/** Keeps what it is offered in the arrays it was given; memory is as durable as a test needs. */
export function memorySink(records: LedgerRecord[], feedback: FeedbackRow[] = []): RecordSink {
  return {
    offer: (record) => void records.push(record),
    offerFeedback: (row) => void feedback.push(row),
    refusal: () => undefined,
    flushed: async () => {},
  }
}
