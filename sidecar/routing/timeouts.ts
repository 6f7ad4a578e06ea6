import type { TimeoutsConfig } from '../../contract/config/schema.ts'
import type { Timeouts } from './route.ts'

/**
 * Defaults of the waits. `total` is what the official SDKs wait (10 minutes), not less: a proxy that gives
 * up before its caller would turns slow answers into failures.
 */
export const defaultTimeouts: Timeouts = {
  connectMs: 10_000,
  headersMs: 15_000,
  firstTokenMs: Number.POSITIVE_INFINITY,
  idleMs: 300_000,
  attemptMs: 300_000,
  totalMs: 600_000,
}

/** Narrower settings over wider ones. */
export function withTimeouts(base: Timeouts, own: TimeoutsConfig): Timeouts {
  const totalMs = own.total ?? base.totalMs
  return {
    connectMs: own.connect ?? base.connectMs,
    headersMs: own.headers ?? base.headersMs,
    firstTokenMs: own.firstToken ?? base.firstTokenMs,
    idleMs: own.idle ?? base.idleMs,
    attemptMs: own.attempt ?? (own.total === undefined ? base.attemptMs : totalMs / 2),
    totalMs,
  }
}
