import type { RequestRow } from '../../contract/record.ts'
import { idAt } from '../ledger-rows.ts'
import { seededRandom } from '../random.ts'
import { randomRecord } from '../random-record.ts'

const random = seededRandom(5)

/** A request that went well; what a test is about it names. */
export function requestRow(own: Partial<RequestRow> & { readonly n: number }): RequestRow {
  const { n, ...rest } = own
  return {
    ...randomRecord(random, 0).request,
    ts: Date.now(),
    request_id: idAt(Date.now(), n),
    role: 'primary',
    status: 'ok',
    cache: 'off',
    cost_usd: '0.001',
    duration_ms: 100,
    ...rest,
  }
}
