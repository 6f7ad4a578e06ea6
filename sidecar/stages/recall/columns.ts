import type { Context } from '../../context.ts'

interface KeptColumns {
  readonly provider: string
  readonly model: string
  readonly score: number | null
  readonly savedUsd: string | null
  readonly savedMs: number | null
  readonly guard: string
  readonly entryId: string
  readonly ageS: number
  readonly tau: number | null
  readonly isCoalesced: boolean
}

const nothing: KeptColumns = {
  provider: '',
  model: '',
  score: null,
  savedUsd: null,
  savedMs: null,
  guard: '',
  entryId: '',
  ageS: 0,
  tau: null,
  isCoalesced: false,
}

/** What the record says of the cache. A hit is recorded under whoever wrote the answer that was given. */
export function keptColumns(context: Context): KeptColumns {
  const { cached, recalled } = context
  const asked = context.attempts.at(-1)?.candidate
  const others =
    asked === undefined ? nothing : { ...nothing, provider: asked.provider.name, model: asked.model }
  if (cached === undefined) {
    const near = recalled?.near
    if (near === undefined) return others
    return { ...others, score: near.score, guard: near.guard, tau: tauOf(near.tau) }
  }
  const { entry, flight, score, tau, ageS } = cached
  const saved = entry ?? flight?.saved
  const tookMs = (context.finishedAt ?? context.arrivedAt) - context.arrivedAt
  return {
    provider: entry?.provider ?? context.chain[0]?.provider.name ?? '',
    model: entry?.model ?? context.chain[0]?.model ?? '',
    score,
    savedUsd: saved?.costUsd ?? null,
    savedMs: saved === undefined ? null : Math.max(0, Math.round((saved.tookMs - tookMs) * 1000) / 1000),
    guard: '',
    entryId: entry?.id ?? '',
    ageS,
    tau: tau === null ? null : tauOf(tau),
    isCoalesced: flight !== undefined,
  }
}

/** Above one no score reaches it: nothing is served. */
function tauOf(tau: number): number | null {
  return tau > 1 ? null : tau
}
