import type { ReadPolicy } from '../../contract/policy/read.ts'
import type { PolicyDocument } from '../../contract/policy.ts'
import type { AuditLogRow } from '../../contract/tables/audit-log.ts'
import type { EvalRunRow } from '../../contract/tables/eval-runs.ts'
import type { ScoreRow } from '../../contract/tables/scores.ts'

export type Parameters = Readonly<Record<string, string | number | readonly (string | number)[]>>

interface Written {
  readonly scores: ScoreRow
  readonly eval_runs: EvalRunRow
  readonly audit_log: AuditLogRow
}

/** What the jobs need of the warehouse. `{database:Identifier}` of a query is filled in. */
export interface EvalStore {
  rows<Row>(query: string, parameters?: Parameters): Promise<readonly Row[]>
  insert<Table extends keyof Written>(table: Table, rows: readonly Written[Table][]): Promise<void>
}

export type PolicyAction = 'publish' | 'canary' | 'revert' | 'freeze'

/** Two were about to publish, and this one was later: nothing of it came into force. */
export class Overtaken extends Error {}

/** Where policies of routes are published, and what was. */
export interface PolicyShelf {
  /** The newest that can be read, under the newest version there is. */
  newest(route: string): Promise<PolicyDocument | undefined>
  versions(route: string): Promise<readonly PublishedVersion[]>
  /** Throws `Overtaken` when something else than `parent` is the newest by now. */
  publish(policy: ReadPolicy, note: PublishNote): Promise<void>
}

export interface PublishedVersion {
  readonly atMs: number
  readonly action: string
  readonly document: PolicyDocument
  readonly weights: Readonly<Record<string, number>>
}

export interface PublishNote {
  /** Id of what was newest when this one was made; undefined: nothing was. */
  readonly parentId: string | undefined
  readonly action: PolicyAction
  readonly reason: string
  readonly runId: string
  readonly nowMs: number
  /** Of the traffic, by candidate: what boards show. Undefined: as the document's default. */
  readonly weights: Readonly<Record<string, number>> | undefined
}
