import type { Caller } from './caller.ts'
import type { Offer } from './offer.ts'
import { planErrands } from './plan.ts'
import { play } from './play.ts'
import { visit } from './visit.ts'

export interface Live {
  readonly caller: Caller
  readonly offer: Offer
  readonly seed: string
  readonly signal: AbortSignal
  onDone?(done: number): void
  onAnswer?(status: number): void
}

/** Callers have this many requests open at a running sidecar at most. */
export const liveAtOnce = 64
const windowMs = 600_000

/** Traffic at the pace of life, until the signal. */
export async function trickle(live: Live, perMinute: number): Promise<void> {
  for (let window = 0; !live.signal.aborted; window += 1) {
    const seed = `${live.seed}.live.${window}`
    await playNow(live, {
      errands: planErrands({ seed, spanMs: windowMs, perMinute, hasStory: false }),
      speed: 1,
    })
  }
}

/** So many requests as fast as they are answered. */
export async function burst(live: Live, requests: number): Promise<void> {
  const spanMs = 3_600_000
  // A plan is as long as chance wants: a little more of it than is needed.
  const perMinute = (requests * 1.3 + 20) / 60
  const errands = planErrands({ seed: `${live.seed}.burst`, spanMs, perMinute, hasStory: false }).slice(
    0,
    requests,
  )
  await playNow(live, { errands, speed: Number.POSITIVE_INFINITY })
}

async function playNow(
  { caller, offer, signal, onDone, onAnswer = () => {} }: Live,
  { errands, speed }: { errands: ReturnType<typeof planErrands>; speed: number },
): Promise<void> {
  const cues = errands.map((errand) => ({
    atMs: errand.atMs,
    act: async () => onAnswer((await visit(errand, { caller, modelFor: offer.modelFor })).status),
  }))
  await play(cues, { speed, atOnce: liveAtOnce, signal, ...(onDone === undefined ? {} : { onDone }) })
}
