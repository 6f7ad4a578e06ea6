import { drawNumber, pick, pickHeldOut, unitHash } from '../contract/draw.ts'
import type { RequestRow } from '../contract/record.ts'
import { idAt } from './ledger-rows.ts'
import type { Random } from './random.ts'

export interface DrawnLog {
  readonly route: string
  /** Candidate to share, holdout included; sorted by id. */
  readonly shares: Readonly<Record<string, number>>
  readonly count: number
  readonly segments: readonly string[]
  readonly random: Random
  /** When they arrived: spread over a day before this. */
  readonly endMs: number
  readonly spanMs?: number
  /** Whose holdout stands in front; undefined: no policy is in force. */
  readonly baseline?: string
  readonly policyVersion?: number
  readonly from?: number
  /** Changes a row, as a broken sidecar would. */
  readonly bent?: (row: Partial<RequestRow>, index: number) => Partial<RequestRow>
}

/** Cents per thousand tokens are the business of prices; here every candidate of these names has usage alike. */
const usage = { input: 800, output: 200 }

/** Requests as sidecars record them: drawn by the very draw, so that anyone finds it again. */
export function drawnLog(log: DrawnLog): (Partial<RequestRow> & { ingested_at: string })[] {
  const { route, shares, count, random, segments, endMs, spanMs = 86_400_000, baseline, from = 0 } = log
  const candidates = Object.keys(shares).sort()
  const probabilities = candidates.map((id) => shares[id] ?? 0)
  return Array.from({ length: count }, (_, index) => {
    const ts = Math.round(endMs - spanMs + ((index + 0.5) / count) * spanMs)
    const request_id = idAt(ts, from + index)
    const u = drawNumber({ salt: 's1', route, unit: request_id, n: 0 })
    const at = baseline === undefined ? -1 : candidates.indexOf(baseline)
    const drawn =
      at < 0 ? { index: pick(probabilities, u), isHoldout: false } : pickHeldOut(probabilities, u, at)
    const assigned = candidates[drawn.index] ?? ''
    const row: Partial<RequestRow> = {
      ts,
      request_id,
      seq: from + index + 1,
      app: 'shop',
      route,
      segment: random.pick(segments),
      role: 'primary',
      endpoint: 'generate',
      policy_id: baseline === undefined ? '' : 'p'.repeat(64),
      policy_version: log.policyVersion ?? 0,
      policy_role: drawn.isHoldout ? 'holdout' : 'active',
      candidates,
      probabilities,
      draw_u: u,
      unit_kind: 'request',
      unit_hash: unitHash(request_id),
      salt_id: 's1',
      candidate_assigned: assigned,
      propensity: probabilities[drawn.index] ?? 0,
      candidate_served: assigned,
      provider: 'sim',
      model: assigned,
      attempt_count: 1,
      cache: 'off',
      input_tokens: usage.input,
      output_tokens: usage.output,
      usage_classes: usage,
      cost_usd: '0.001',
      status: 'ok',
      http_status: 200,
      finish_reason: 'stop',
      duration_ms: 500 + random.int(500),
    }
    const time = new Date(ts).toISOString().replace('T', ' ').replace('Z', '')
    return { ...(log.bent?.(row, index) ?? row), ts: time as never, ingested_at: time }
  })
}
