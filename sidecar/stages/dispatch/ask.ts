import type { Context } from '../../context.ts'
import type { Services } from '../../services.ts'
import { type AttemptAsk, attemptCall, type Outcome } from './attempt.ts'
import { statusFault } from './status-fault.ts'

/** One attempt, and what it taught of its target. Whoever calls a provider goes through here, hedges included. */
export async function askTarget(context: Context, services: Services, ask: AttemptAsk): Promise<Outcome> {
  const { trial } = ask
  let outcome: Outcome
  try {
    outcome = await attemptCall(context, services, ask)
  } catch (error) {
    trial.dropped()
    throw error
  }
  if (outcome.kind === 'answered') {
    const { head } = outcome.answer
    // What is passed on as it comes may be an error.
    const fault = statusFault(head)
    if (fault === undefined) trial.answered(head.headers)
    else trial.failed(fault)
  } else if (!outcome.isFree) trial.failed(outcome.fault)
  return outcome
}
