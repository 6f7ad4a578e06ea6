import type { Fault, FaultClass } from '../../conversation/fault.ts'
import { retryAfterMs } from '../../formats/retry-after.ts'
import type { Head } from '../../upstream/exchange.ts'

/** What a status alone says, of answers that nobody reads. Undefined: nothing is wrong with whoever answered. */
export function statusFault({ status, headers }: Head): Fault | undefined {
  const found = classOf(status)
  if (found === undefined) return undefined
  const waitMs = retryAfterMs(headers as Record<string, string | undefined>)
  return {
    class: found,
    status,
    code: `http_${status}`,
    message: '',
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
  }
}

function classOf(status: number): FaultClass | undefined {
  if (status < 400) return undefined
  if (status === 429) return 'rate_limit'
  if (status === 503 || status === 529) return 'overloaded'
  return status >= 500 ? 'outage' : 'request'
}
