import type { Caller, Came } from './caller.ts'
import { letterOf } from './letter.ts'
import type { Errand } from './plan.ts'

export interface Visit {
  readonly caller: Caller
  /** What the route of a feature is called at this sidecar. */
  modelFor(errand: Errand): string
  /** Headers of a request that comes so long after the beginning of the plan. */
  headersAt?(atMs: number): Readonly<Record<string, string>>
}

/** Asks, and says what the answer was worth where somebody wants to. */
export async function visit(
  errand: Errand,
  { caller, modelFor, headersAt = () => ({}) }: Visit,
): Promise<Came> {
  const letter = letterOf(errand, modelFor(errand))
  const came = await caller.send(letter, headersAt(errand.atMs))
  if (errand.opinion === undefined || came.status !== 200 || !came.isWhole) return came
  const value = errand.opinion.luck < pleasure(came.servedBy, errand.version) ? 1 : 0
  const body = JSON.stringify({ request_id: came.requestId, name: 'thumbs', value })
  const afterMs = 4000 + errand.opinion.luck * 40_000
  await caller.send(
    { path: '/v1/feedback', body, headers: letter.headers, leaveAfterMs: undefined },
    headersAt(errand.atMs + afterMs),
  )
  return came
}

/** Dearer models and newer prompts please a little more, so that there is a difference to find. */
function pleasure(servedBy: string, version: string): number {
  const base = /opus|sonnet|gpt-5\.4$|sol/.test(servedBy) ? 0.9 : 0.83
  return /^v(8|13|6|22)$/.test(version) ? base + 0.05 : base
}
