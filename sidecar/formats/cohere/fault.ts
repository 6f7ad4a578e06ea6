import { isObject, type Json, stringAt } from '../../../contract/json.ts'
import type { Fault, FaultClass } from '../../conversation/fault.ts'
import type { Headers } from '../format.ts'
import { retryAfterMs } from '../retry-after.ts'
import { finishEvent } from './finish-reason.ts'

/** Cohere gives no codes, so the status alone decides. */
const classByStatus: Readonly<Record<number, FaultClass>> = {
  401: 'credentials',
  402: 'money',
  403: 'credentials',
  404: 'model_missing',
  408: 'slow',
  409: 'overloaded',
  425: 'overloaded',
  429: 'rate_limit',
  // An invalid token, after the names the official clients give.
  498: 'credentials',
  // The request was cancelled on Cohere's side, a broken stream among the documented causes.
  499: 'outage',
  501: 'request',
  503: 'overloaded',
  504: 'slow',
  529: 'overloaded',
}

export function readFault(status: number, headers: Headers, body: Json | undefined): Fault {
  const waitMs = retryAfterMs(headers)
  return {
    class: classByStatus[status] ?? (status >= 500 ? 'outage' : 'request'),
    status,
    code: `http_${status}`,
    message: stringAt(body, 'message') ?? `Cohere answered with status ${status} and no message.`,
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
  }
}

/** An error with status 200: words where an answer has an object, or a reason that is a failure. */
export function faultIn(body: Json): Fault | undefined {
  if (!isObject(body)) return undefined
  const reason = stringAt(body, 'finish_reason')
  if (reason !== undefined) {
    const event = finishEvent(reason)
    return event.type === 'error' ? event.fault : undefined
  }
  const message = stringAt(body, 'message')
  return message === undefined ? undefined : { class: 'outage', status: 200, code: 'error_in_200', message }
}
