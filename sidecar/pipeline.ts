import { GatewayError } from '../contract/errors.ts'
import { behindOf, errandDelayMs } from './behind.ts'
import { CallerGone } from './body/read.ts'
import type { Errand } from './cache/recalled.ts'
import type { Context } from './context.ts'
import type { Services } from './services.ts'
import { admit } from './stages/admit.ts'
import { choose } from './stages/choose.ts'
import { confirm } from './stages/confirm.ts'
import { dispatch } from './stages/dispatch/dispatch.ts'
import { fingerprint } from './stages/fingerprint.ts'
import { learn } from './stages/learn.ts'
import { mask } from './stages/mask/mask.ts'
import { keep } from './stages/recall/keep.ts'
import { recall } from './stages/recall/recall.ts'
import { receive } from './stages/receive.ts'
import { record } from './stages/record.ts'
import { relay } from './stages/relay/relay.ts'
import { settle } from './stages/settle.ts'

export type Stage = (context: Context, services: Services) => void | Promise<void>

/** What happens to a request, in order. The first that throws sends the request to relay, with its error. */
const stages: readonly Stage[] = [receive, admit, mask, fingerprint, choose, recall, dispatch]

/** Until the caller has what there is to have. `closeRequests` must follow, for each request once. */
export async function runPipeline(context: Context, services: Services): Promise<void> {
  try {
    for (const stage of stages) {
      const pending = stage(context, services)
      if (pending !== undefined) await pending
    }
  } catch (error) {
    context.error = asGatewayError(error, context, services)
  }
  await answered(context, services)
  for (const errand of context.errands)
    services.answers.errands.add(() => runErrand(context, errand, services), errandDelayMs(errand, services))
}

async function answered(context: Context, services: Services): Promise<void> {
  try {
    const pending = relay(context, services)
    if (pending !== undefined) await pending
  } catch (error) {
    context.error = asGatewayError(error, context, services)
    context.caller.destroy()
  }
  context.finishedAt = performance.now()
  if (context.recalled !== undefined) attempted(keep, context, services)
}

/** The same request once more, for nobody: what comes is kept, or compared with what the caller got. */
async function runErrand(context: Context, errand: Errand, services: Services): Promise<void> {
  const behind = behindOf(context, errand, services)
  const forget = services.answers.errands.onClose(() => behind.caller.destroy())
  try {
    await dispatch(behind, services)
  } catch (error) {
    behind.error = asGatewayError(error, behind, services)
  }
  await answered(behind, services)
  forget()
  await closeRequests([behind], services)
}

/**
 * What is done when callers have their answers, whatever happened before: settle, learn, record. Stage by stage
 * over all of them, which keeps each stage's code and data at hand. Waits only for what must be counted first.
 */
export function closeRequests(contexts: readonly Context[], services: Services): void | Promise<void> {
  const late: Promise<void>[] = []
  const recorded = (context: Context) => {
    attempted(learn, context, services)
    attempted(record, context, services)
    // Nobody but its caller waits for the disk: one that does not answer must not hold up the end of the process.
    attempted(confirm, context, services)
  }
  const settled = contexts.filter((context) => {
    const pending = attempted(settle, context, services)
    if (pending !== undefined) late.push(pending.then(() => recorded(context)))
    return pending === undefined
  })
  settled.forEach(recorded)
  if (late.length > 0) return Promise.all(late).then(() => {})
}

/** A bug in one stage must not keep the request from its record, nor the others from theirs. */
function attempted(stage: Stage, context: Context, services: Services): Promise<void> | undefined {
  const failed = (error: unknown) => {
    context.error = asGatewayError(error, context, services)
  }
  try {
    return stage(context, services)?.catch(failed)
  } catch (error) {
    failed(error)
    return undefined
  }
}

function asGatewayError(error: unknown, context: Context, services: Services): GatewayError {
  if (error instanceof GatewayError) return error
  // Reading from a caller that left fails in many ways, none of them worth a line.
  if (context.caller.isGone || error instanceof CallerGone) return new GatewayError('bad_request')
  // The stack may name code, never content; the message of an unknown error may hold anything.
  services.log.error('a stage failed', { request_id: context.requestId, stack: stackOf(error) })
  return new GatewayError('internal_error')
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  return [error.name, ...frames.slice(0, 8)].join('\n')
}
