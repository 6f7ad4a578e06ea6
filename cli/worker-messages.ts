import type { AddressInfo } from 'node:net'
import type { Config } from '../contract/config/schema.ts'
import type { CacheEntryRow } from '../contract/tables/cache-entries.ts'
import type { LiveBatch } from '../dashboards/console/live/tap.ts'
import type { Purge } from '../sidecar/cache/store/purge.ts'
import type { Admission, Limited, Spending } from '../sidecar/limits/limiter.ts'
import type { PolicyText } from '../sidecar/routing/policy/policies.ts'

/** From a worker to its parent. */
export type WorkerMessage =
  | { readonly kind: 'ready'; readonly address: AddressInfo }
  | { readonly kind: 'failed'; readonly error: StartError }
  | { readonly kind: 'reply'; readonly id: number; readonly value: unknown; readonly error?: string }
  | { readonly kind: 'admit'; readonly id: number; readonly key: Limited }
  | ({ readonly kind: 'spend'; readonly key: Limited } & Spending)
  | { readonly kind: 'live'; readonly batch: LiveBatch }

/** From the parent to a worker. */
export type ParentMessage =
  | {
      readonly kind: 'start'
      readonly config: Config
      readonly simulatedOrigin: string
      readonly worker: number
      readonly policies: readonly PolicyText[]
    }
  | ({ readonly kind: 'ask'; readonly id: number } & Question)
  | ({ readonly kind: 'admitted'; readonly id: number } & Admission)

export type Question =
  | { readonly what: 'metrics' | 'policy' | 'routes' | 'status' | 'stop' }
  /** Whether it tells of its requests as they end. */
  | { readonly what: 'live'; readonly isOn: boolean }
  | { readonly what: 'latest'; readonly count: number }
  | { readonly what: 'reload'; readonly config: Config }
  | { readonly what: 'explain'; readonly requestId: string }
  | { readonly what: 'purge'; readonly purge: Purge }
  | { readonly what: 'entries'; readonly rows: readonly CacheEntryRow[] }
  | { readonly what: 'policies'; readonly policies: readonly PolicyText[] }

/** What of an error the parent needs to explain it to the user. */
export interface StartError {
  readonly message: string
  readonly code?: string | undefined
  readonly address?: string | undefined
  readonly port?: number | undefined
  readonly path?: string | undefined
}
