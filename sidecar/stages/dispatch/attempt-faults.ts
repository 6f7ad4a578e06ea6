import type { Attempt, Context } from '../../context.ts'
import type { Fault } from '../../conversation/fault.ts'
import type { ProviderTarget } from '../../routing/route.ts'
import type { Failure } from '../../upstream/exchange.ts'
import type { AttemptAsk, Outcome } from './attempt.ts'
import type { Deadline } from './deadline.ts'

export function failed(attempt: Attempt, fault: Fault): Outcome & { kind: 'failed' } {
  // One that was given up for a faster one has its outcome.
  if (attempt.outcome === '') {
    attempt.endedAt = performance.now()
    attempt.outcome = fault.class
    attempt.errorCode = fault.code
  }
  return { kind: 'failed', fault: named(fault, attempt.candidate.provider.name), isFree: false }
}

/** Whoever reads a 502 or 504 wants to know whose it is. */
function named(fault: Fault, provider: string): Fault {
  const { message } = fault
  return message.startsWith(nameless)
    ? { ...fault, message: `provider ${provider} ${message.slice(nameless.length)}` }
    : fault
}

const nameless = 'the provider '

export function readFailure(
  failure: Failure,
  from: { attempt: Attempt; deadline: Deadline; context: Context; ask: AttemptAsk },
): Outcome {
  const { attempt, deadline, context, ask } = from
  const outcome = failed(attempt, faultOf(failure, deadline))
  // Once only, and only what can be sent again: a second stale socket is an outage like any other.
  if (!failure.staleSocket || ask.isFresh || context.body === undefined) return outcome
  attempt.errorCode = 'stale_socket'
  return { ...outcome, isFree: true }
}

export function faultOf(failure: Failure, deadline: Deadline): Fault {
  if (deadline.hasFired) return slow()
  if (failure.code === 'aborted')
    return { class: 'aborted', status: 0, code: 'aborted', message: 'the caller left' }
  return { class: 'outage', status: 0, code: failure.code, message: 'the provider could not be reached' }
}

export function slow(): Fault {
  return { class: 'slow', status: 0, code: 'timeout', message: 'the provider did not answer in time' }
}

export function invalid(code: string): Fault {
  return {
    class: 'outage',
    status: 200,
    code,
    message: 'the provider answered something that is not an answer',
  }
}

/** A key that the configuration names must be there; sending without it would only earn a 401 elsewhere. */
export function credentialFault({ hasKey, settings }: ProviderTarget): Fault | undefined {
  if (hasKey) return undefined
  return {
    class: 'credentials',
    status: 0,
    code: 'provider_key_missing',
    message: `the variable ${settings.keyEnv} is not set in the environment of Sidelight`,
  }
}
