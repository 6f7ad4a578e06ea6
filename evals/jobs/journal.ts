import type { EvalRunRow } from '../../contract/tables/eval-runs.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import type { EvalStore } from './store.ts'

/** What a stage came to, as far as it differs from a stage that was done and asked nothing. */
export type StageOutcome = Partial<
  Pick<
    EvalRunRow,
    | 'status'
    | 'asked'
    | 'scored'
    | 'failed'
    | 'skipped'
    | 'spend_usd'
    | 'applied'
    | 'policy_version'
    | 'reason'
  >
> & { readonly exitCode?: ExitCode; readonly figures?: Readonly<Record<string, number>> }

export interface Journal {
  /** Does a stage and writes its row, also when it throws. */
  stage<T>(name: string, route: string, work: () => Promise<Done<T>>): Promise<T>
  /** A row of what was done elsewhere. */
  note(name: string, route: string, outcome: StageOutcome, durationMs?: number): Promise<void>
}

export interface Done<T> {
  readonly value: T
  readonly outcome: StageOutcome
}

export interface JournalOptions {
  readonly store: Pick<EvalStore, 'insert'>
  readonly runId: string
  readonly kind: 'run' | 'watch' | 'replay'
  readonly nowMs: () => number
  /** A dry run leaves nothing behind. */
  readonly isDry: boolean
  readonly onStage?: (route: string, stage: string, outcome: StageOutcome) => void
}

/** A row for each stage, written as soon as it ends: whoever is killed leaves what was done. */
export function createJournal({ store, runId, kind, nowMs, isDry, onStage }: JournalOptions): Journal {
  const note: Journal['note'] = async (name, route, outcome, durationMs = 0) => {
    onStage?.(route, name, outcome)
    if (isDry) return
    await store.insert('eval_runs', [
      rowOf(
        { ts: nowMs() - durationMs, run_id: runId, kind, stage: name, route, duration_ms: durationMs },
        outcome,
      ),
    ])
  }
  return {
    note,
    async stage(name, route, work) {
      const startedAt = performance.now()
      const took = () => Math.round(performance.now() - startedAt)
      try {
        const { value, outcome } = await work()
        await note(name, route, outcome, took())
        return value
      } catch (error) {
        const reason = reasonOf(error)
        await note(name, route, { status: 'failed', exitCode: exitCodes.failed, reason }, took()).catch(
          () => {},
        )
        throw error
      }
    },
  }
}

type Place = Pick<EvalRunRow, 'ts' | 'run_id' | 'kind' | 'stage' | 'route' | 'duration_ms'>

function rowOf(place: Place, { exitCode = exitCodes.published, ...outcome }: StageOutcome): EvalRunRow {
  return {
    status: 'ok',
    exit_code: exitCode,
    asked: 0,
    scored: 0,
    failed: 0,
    skipped: 0,
    spend_usd: null,
    applied: false,
    policy_version: 0,
    reason: '',
    figures: {},
    ...outcome,
    ...place,
  }
}

/** Statements and their literals stay out of it: the name of the error says enough. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  const { type, code } = error as { type?: unknown; code?: unknown }
  if (typeof type === 'string') return type
  if (code === 'ECONNREFUSED') return 'the warehouse does not answer'
  return typeof code === 'string' ? code : (error.message.split('\n')[0] ?? '').slice(0, 200)
}
