import { GatewayError } from '../../../contract/errors.ts'
import type { Context } from '../../context.ts'
import { rememberProofs } from '../../conversation/signature-store.ts'
import { createLane, type LaneAsk } from '../../lanes/create.ts'
import type { Lane } from '../../lanes/lane.ts'
import type { Call } from '../../providers/provider.ts'
import type { Delivered } from '../../recovery/delivered.ts'
import { wireOf } from '../../routing/eligibility.ts'
import type { Trial } from '../../routing/health/health.ts'
import type { Candidate } from '../../routing/route.ts'
import type { Services } from '../../services.ts'

/** A candidate with the request written for it. */
export interface Prepared {
  readonly candidate: Candidate
  readonly call: Call
  readonly lane: Lane
  /** Its target is the one that `call` is written for. */
  readonly trial: Trial
}

/** The same without a target, so that another one needs no second translation. */
export type Written = Omit<Prepared, 'trial'>

export function forTarget(written: Written, trial: Trial): Prepared {
  const { settings } = trial.target
  const call = settings === written.call.settings ? written.call : { ...written.call, settings }
  return { candidate: written.candidate, call, lane: written.lane, trial }
}

/** Throws a GatewayError when the request cannot be written for this candidate. */
export function prepare(
  context: Context,
  services: Services,
  candidate: Candidate,
  continues?: Delivered,
): Written | Promise<Written> {
  const call = callFor(context, candidate)
  const made = createLane(laneAsk(context, services, { call, candidate, continues }))
  // Only a heavy translation takes its time, in a worker.
  if (made instanceof Promise) return made.then((lane) => ({ candidate, call, lane }))
  return { candidate, call, lane: made }
}

/** The candidate's vendor has no place to count tokens in the caller's words. */
export function isCountedHere(context: Context, candidate: Candidate): boolean {
  return context.operation === 'count_tokens' && wire(context, candidate) === undefined
}

function callFor(context: Context, candidate: Candidate): Call {
  const spoken = wire(context, candidate)
  if (spoken === undefined) throw new GatewayError('endpoint_unsupported')
  return {
    settings: candidate.provider.settings,
    operation: spoken.operation,
    format: spoken.format,
    model: candidate.model,
    stream: context.streamed,
    method: context.req.method ?? 'POST',
    callerPath: context.path,
  }
}

function wire(context: Context, candidate: Candidate) {
  return wireOf(candidate, { operation: context.operation, dialect: context.dialectName })
}

function laneAsk(
  context: Context,
  services: Services,
  to: Pick<LaneAsk, 'call' | 'candidate' | 'continues'>,
) {
  // Whoever asks, under which key: what was remembered for one is never found by another.
  const scope = `${context.callerKey?.name ?? ''}\u0000${context.hints.customer}`
  const { signatures } = services
  return {
    ...to,
    dialect: services.dialects[context.dialectName],
    operation: context.operation,
    body: context.notedBody ?? context.body,
    streamed: context.streamed,
    wantsJsonArray: context.wantsJsonArray,
    pathModel: context.dialectName === 'gemini' ? context.modelAsked : '',
    requestId: context.requestId,
    createdAtMs: context.arrivedMs,
    estimatedInputTokens: context.estimatedInputTokens,
    heavy: services.heavy,
    recall: (toolCallId: string) => signatures.recall(scope, toolCallId),
    remember: (events: Parameters<typeof rememberProofs>[0]) => {
      for (const { toolCallId, proof } of rememberProofs(events))
        signatures.remember(scope, toolCallId, proof)
    },
  }
}
