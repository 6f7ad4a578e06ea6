import type { LimitsConfig } from '../../contract/config/warehouse.ts'

/** What the process is told at its start, as one JSON text: nothing secret, since process lists show it. */
export interface WarehouseOptions {
  /** Absolute: the process works in a folder of its own. */
  readonly stateDir: string
  readonly listen: string
  readonly database: string
  /** Further names under which browsers may ask. */
  readonly allowedHosts: readonly string[]
  readonly limits: LimitsConfig
  readonly drainMs: number
  /** Its parent decides when it ends, and it ends with its parent: then Ctrl-C is not for it. */
  readonly isSupervised: boolean
  /** As its parent writes; JSON unless it says otherwise. */
  readonly logFormat?: 'json' | 'text'
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent'
}
