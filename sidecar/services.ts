import type { RecordSink } from '../contract/record.ts'
import type { AnswerCache } from './cache/answer-cache.ts'
import type { SignatureStore } from './conversation/signature-store.ts'
import type { TokenCounter } from './counting/counter.ts'
import type { TokenRatios } from './counting/ratios.ts'
import type { Dialect, DialectName } from './dialects/dialect.ts'
import type { RecentRequests } from './explain/recent.ts'
import type { HeavyTranslator } from './lanes/heavy.ts'
import type { Limits } from './limits/limiter.ts'
import type { PlaceholderVault } from './masking/vault.ts'
import type { Log } from './observe/log.ts'
import type { Metrics } from './observe/metrics.ts'
import type { Tracing } from './observe/tracing.ts'
import type { Hedging } from './recovery/hedging.ts'
import type { Recoveries } from './recovery/recoveries.ts'
import type { Health } from './routing/health/health.ts'
import type { RoutingMemory } from './routing/memory.ts'
import type { Policies } from './routing/policy/policies.ts'
import type { Waits } from './timing/waits.ts'
import type { Pools } from './upstream/pools.ts'

/** What stages use of the outside world; handed in, so that a test can hand in something else. */
export interface Services {
  readonly dialects: Readonly<Record<DialectName, Dialect>>
  readonly pools: Pools
  readonly sink: RecordSink
  readonly metrics: Metrics
  readonly log: Log
  /** Undefined when no exporter is configured: tracing then costs nothing. */
  readonly tracing: Tracing | undefined
  readonly limiter: Limits
  readonly waits: Waits
  readonly signatures: SignatureStore
  /** Translates requests that are too large for the event loop. */
  readonly heavy: HeavyTranslator
  /** How much text makes a token, learned from answers that state it. */
  readonly ratios: TokenRatios
  /** Counts what was delivered where no provider stated it. */
  readonly tokens: Pick<TokenCounter, 'count'>
  /** Who can be asked at the moment. */
  readonly health: Health
  readonly policies: Policies
  /** For `explain`. */
  readonly recent: Pick<RecentRequests, 'keep'>
  readonly routing: RoutingMemory
  /** Second calls beside slow ones: when, and how many. */
  readonly hedging: Hedging
  /** What was done about streams that died. */
  readonly recoveries: Recoveries
  /** What is kept of answers. */
  readonly answers: AnswerCache
  readonly identity: SidecarIdentity
  /** What stands for what in conversations that providers remember. */
  readonly vault: PlaceholderVault
  readonly nowMs: () => number
  readonly random: () => number
  readonly nextSeq: () => number
  /** For requests that nobody has sent. */
  readonly nextId: () => string
  /** Feedback counts for itself. */
  readonly nextFeedbackSeq: () => number
}

export interface SidecarIdentity {
  readonly sidecarId: string
  readonly boot: number
  readonly worker: number
}
