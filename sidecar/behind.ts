import { Capture } from './cache/capture.ts'
import type { Errand } from './cache/recalled.ts'
import { Context, noRecovery } from './context.ts'
import type { Services } from './services.ts'
import { detachedCaller } from './streaming/detached.ts'

/** A request that Sidelight sends for itself, as the caller sent it, to whom the caller's would have gone. */
export function behindOf(context: Context, { recalled }: Errand, services: Services): Context {
  const { req, snapshot } = context
  const behind = new Context({
    req,
    snapshot,
    caller: detachedCaller(),
    arrivedMs: services.nowMs(),
    arrivedAt: performance.now(),
    requestId: services.nextId(),
  })
  const { requestId, caller, arrivedMs, arrivedAt } = behind
  return Object.assign(behind, context, {
    ...{ requestId, caller, arrivedMs, arrivedAt },
    job: { ...context.job, role: 'audit', pairId: context.requestId },
    ...{
      attempts: [],
      answer: undefined,
      fault: undefined,
      faultAnswer: undefined,
      rest: undefined,
      unfit: {},
    },
    ...{
      droppedFields: [],
      countedTokens: undefined,
      pinger: undefined,
      recovery: noRecovery,
      askedAt: undefined,
    },
    ...{
      error: undefined,
      finishedAt: undefined,
      httpStatus: 0,
      outcome: 'error',
      cost: undefined,
      rephrased: '',
    },
    ...{ trace: undefined, cache: 'miss', cached: undefined, kept: undefined, errands: [] },
    recalled: { ...recalled, capture: new Capture(undefined) },
  })
}

/** Fresh answers at once; checks spread out, so that they are no load of their own behind a burst. */
export function errandDelayMs({ kind }: Errand, services: Services): number {
  return kind === 'refresh' ? 0 : services.answers.auditDelayMs()
}
