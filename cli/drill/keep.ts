import { existsSync } from 'node:fs'
import { ClickHouseLogLevel, createClient } from '@clickhouse/client'
import type { Config } from '../../contract/config/schema.ts'
import { createIdSource } from '../../contract/ids.ts'
import type { EvalRunRow } from '../../contract/tables/eval-runs.ts'
import { targetOf } from '../../ingest/target.ts'
import { tokenFile } from '../../ingest/token.ts'
import type { Frame } from './scorecard.ts'
import { verdictOf } from './scorecard.ts'
import { countsOf, type RouteCard } from './summary.ts'

const answerMs = 5000

/** A row for each route. Resolves to what became of them, in words; it never fails. */
export async function keepRuns(
  config: Config,
  cards: readonly RouteCard[],
  frame: Frame & { readonly beganMs: number },
): Promise<string> {
  const { url, database } = config.warehouse
  if (url.startsWith('ingest:')) return 'not recorded: the warehouse is reached through a receiver of records'
  // Asking for the password of a warehouse that never ran would make one.
  if (url === 'embedded' && !existsSync(tokenFile(config.stateDir)))
    return 'not recorded: no warehouse has run here yet'
  const target = await targetOf(config, 'writer')
  const client = createClient({
    url: target.url,
    username: target.username,
    password: target.password,
    application: 'sidelight-drill',
    request_timeout: answerMs,
    log: { level: ClickHouseLogLevel.OFF },
  })
  try {
    const values = rowsOf(cards, frame)
    await client.insert({ table: `\`${database}\`.eval_runs`, values, format: 'JSONEachRow' })
    return `recorded in ${database}.eval_runs`
  } catch (error) {
    const { code, type } = error as { code?: string; type?: string }
    const reason = code === 'ECONNREFUSED' ? 'nothing listens there' : (type ?? code ?? 'no answer')
    return `not recorded: the warehouse at ${new URL(target.url).origin} did not take it (${reason})`
  } finally {
    await client.close()
  }
}

type WrittenRow = Omit<EvalRunRow, 'ts'> & { readonly ts: string }

function rowsOf(cards: readonly RouteCard[], frame: Frame & { readonly beganMs: number }): WrittenRow[] {
  const run_id = createIdSource(Date.now)()
  const ts = new Date(frame.beganMs).toISOString().replace('T', ' ').replace('Z', '')
  return cards.map((card) => {
    const counts = countsOf(card.lines)
    const hasFailed = counts.failed > 0
    const scored = card.lines.length - counts.skipped
    return {
      ts,
      run_id,
      kind: 'drill',
      stage: 'drill',
      route: card.route,
      status: hasFailed ? 'failed' : scored === 0 ? 'skipped' : 'ok',
      exit_code: hasFailed ? 1 : scored === 0 ? 2 : 0,
      asked: card.lines.length,
      scored,
      failed: counts.failed,
      skipped: counts.skipped,
      spend_usd: null,
      duration_ms: Math.round(frame.tookMs),
      applied: false,
      policy_version: 0,
      reason: verdictOf(counts),
      figures: figuresOf(card, frame),
    }
  })
}

function figuresOf(card: RouteCard, { pace }: Frame): Record<string, number> {
  const { answers, expected, errors, failed, skipped } = countsOf(card.lines)
  const requests = card.lines.reduce((sum, { shots }) => sum + shots.length, 0)
  const slowest_ms = Math.round(Math.max(...card.lines.map(({ slowestMs }) => slowestMs)))
  const times_faster = Number(pace.toFixed(2))
  return { answers, expected, errors, failed, skipped, requests, slowest_ms, times_faster }
}
