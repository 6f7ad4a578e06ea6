import type { Access } from './access.ts'
import type { LiveFeed } from './live/hub.ts'
import type { Query } from './warehouse.ts'

/** What the page says about this installation. */
export interface Facts {
  /** Where requests go, for the snippets. */
  readonly data: { readonly host: string; readonly port: number }
  /** A name for `model` that works as it stands. */
  readonly model: string
  /** Callers need a key of the configuration. */
  readonly needsKey: boolean
  readonly grafana: string | null
  /** The last requests are remembered by each process for itself; all are shown. */
  readonly workers: number
}

/** Of a request, what the console itself reads; the page gets all there is. */
export interface Explained {
  readonly at: string
  readonly request: { readonly session: string; readonly app: string; readonly customer: string }
}

export type RequestOutcome =
  | { readonly kind: 'found'; readonly explanation: Explained; readonly bills: unknown }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'unreachable'; readonly code: string }

export type TestOutcome =
  | { readonly kind: 'sent'; readonly requestId: string; readonly status: number }
  | { readonly kind: 'failed'; readonly message: string }

export interface ConsoleLog {
  warn(message: string, fields?: Readonly<Record<string, string | number>>): void
  error(message: string, fields?: Readonly<Record<string, string | number>>): void
}

export interface ConsoleOptions {
  readonly access: Access
  /** Undefined: records go where nobody can ask; what is live is shown all the same. */
  readonly query: Query | undefined
  readonly feed: LiveFeed
  request(id: string): Promise<RequestOutcome>
  /** Undefined where no simulated provider could answer it for nothing. */
  readonly testRequest: (() => Promise<TestOutcome>) | undefined
  readonly facts: Facts
  readonly log: ConsoleLog
  readonly nowMs: () => number
  /** For tests. */
  readonly live?: Partial<{
    tickMs: number
    heartbeatMs: number
    lingerMs: number
    ringMax: number
    rowsPerSecond: number
  }>
}
