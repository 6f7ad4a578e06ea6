import { dayMs } from './population.ts'
import type { EvalStore } from './store.ts'

/** Of arrival in the warehouse, first end excluded. */
export interface TimeWindow {
  readonly fromMs: number
  readonly toMs: number
}

const daysMost = 7

const lastQuery = `
SELECT toFloat64(max(figures['to_s'])) AS to_s FROM {database:Identifier}.eval_runs
WHERE kind = 'run' AND stage = 'score' AND route = {route:String} AND status != 'failed'`

/** From where the last run of the route ended until what has had time to be labelled; at most a week. */
export async function windowOf(
  store: EvalStore,
  of: {
    readonly route: string
    readonly sinceMs: number | undefined
    readonly nowMs: number
    readonly maturityMs: number
  },
): Promise<TimeWindow> {
  const toMs = of.nowMs - of.maturityMs
  if (of.sinceMs !== undefined) return { fromMs: Math.min(of.sinceMs, toMs), toMs }
  const [last] = await store.rows<{ to_s: number }>(lastQuery, { route: of.route })
  const earliest = toMs - (last === undefined || last.to_s === 0 ? dayMs : daysMost * dayMs)
  return { fromMs: Math.min(toMs, Math.max(earliest, (last?.to_s ?? 0) * 1000)), toMs }
}

/** Scores that a window of this length may have. */
export function scoresIn({ fromMs, toMs }: TimeWindow, perDay: number): number {
  return Math.ceil((perDay * Math.min(toMs - fromMs, daysMost * dayMs)) / dayMs)
}
