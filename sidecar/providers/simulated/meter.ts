import type { PlanUsage } from './plan.ts'

/** What really arrived at the provider: the other side of every exactness test. */
export interface Meter {
  readonly requests: number
  /** By status sent; 0 for connections cut before a head. */
  readonly byStatus: Readonly<Record<string, number>>
  readonly byModel: Readonly<Record<string, number>>
  readonly byPath: Readonly<Record<string, number>>
  /** Tokens of answers, delivered ones only where a caller left early. */
  readonly tokens: Readonly<PlanUsage>
  /** Requests whose caller left before the answer was complete. */
  readonly aborted: number
  readonly inFlight: number
  readonly openSockets: number
}

export type MeterCounts = {
  -readonly [key in keyof Meter]: Meter[key] extends number ? number : Record<string, number>
} & { tokens: { -readonly [key in keyof PlanUsage]: number } }

export function newMeter(): MeterCounts {
  return {
    requests: 0,
    byStatus: {},
    byModel: {},
    byPath: {},
    tokens: { input: 0, cacheRead: 0, cacheWrite: 0, output: 0, reasoning: 0 },
    aborted: 0,
    inFlight: 0,
    openSockets: 0,
  }
}

export function countOne(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1
}

export function addTokens(meter: MeterCounts, usage: Partial<PlanUsage>): void {
  for (const name of Object.keys(meter.tokens) as (keyof PlanUsage)[]) meter.tokens[name] += usage[name] ?? 0
}
