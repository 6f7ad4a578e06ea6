import type { Gauge } from '../observe/metrics.ts'
import { Counts } from './counts.ts'
import type { Hedging } from './hedging.ts'

/** `hold_back`: nothing was delivered yet. `error`: nobody could go on. */
export type RecoveryMode = 'hold_back' | 'stitch' | 'restart' | 'error'

/** Streams that died on the way, by what was done and whether the caller got a whole answer. */
export type Recoveries = Counts<{ mode: RecoveryMode; outcome: 'completed' | 'failed' }>

export function createRecoveries(): Recoveries {
  return new Counts()
}

export function recoveryGauges(recoveries: Recoveries, hedging: Hedging): readonly Gauge[] {
  return [
    ...recoveries.rows().map(
      ({ labels, value }): Gauge => ({
        name: 'sidelight_stream_recoveries_total',
        type: 'counter',
        help: 'Streams that died on the way, by what was done about it and what became of the answer.',
        labels,
        value,
      }),
    ),
    ...hedging.outcomes.rows().map(
      ({ labels, value }): Gauge => ({
        name: 'sidelight_hedges_total',
        type: 'counter',
        help: 'Second calls beside a slow first one: the second answered first, the first did after all, neither, or the share was used up.',
        labels,
        value,
      }),
    ),
  ]
}
