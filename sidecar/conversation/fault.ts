/**
 * Why a provider's answer is not an answer. A value, not an exception: failures of providers are expected.
 * The class decides what is done about it (`stages/dispatch/verdict.ts`); the texts are for the caller alone
 * and never reach a log or a metric.
 */
export type FaultClass =
  | 'outage' // connect, TLS, reset, 5xx, HTML, unparsable or empty body, error inside a 200
  | 'slow' // no first token, or no answer, in time
  | 'rate_limit'
  | 'overloaded'
  | 'money' // quota, credit or spend limit: waiting does not help
  | 'credentials'
  | 'model_missing'
  | 'context_length'
  | 'content_filter'
  | 'request' // the caller's fault: no one else would answer it better
  | 'aborted' // the caller left

export interface Fault {
  readonly class: FaultClass
  /** The provider's HTTP status; 0 when there was no answer; 200 for an error inside one. */
  readonly status: number
  /** The provider's own error code or type when it gave one, else a short code of ours. Goes to `error_code`. */
  readonly code: string
  /** The provider's words, for the caller only. */
  readonly message: string
  readonly param?: string
  readonly retryAfterMs?: number
}
