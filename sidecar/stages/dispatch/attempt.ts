import { Upload } from '../../body/upload.ts'
import type { Answer, Attempt, Context } from '../../context.ts'
import type { Fault } from '../../conversation/fault.ts'
import type { Services } from '../../services.ts'
import { credentialFault, failed, readFailure } from './attempt-faults.ts'
import { bodyFor, type OutgoingBody } from './body.ts'
import { Deadline } from './deadline.ts'
import { openExchange } from './open.ts'
import type { Prepared } from './prepare.ts'
import { readHead } from './read-answer.ts'

export type Outcome =
  | { readonly kind: 'answered'; readonly answer: Answer }
  /** `isFree`: nothing was answered on a socket that had gone stale, so the same target is asked once more. */
  | { readonly kind: 'failed'; readonly fault: Fault; readonly isFree: boolean }

export interface AttemptAsk extends Prepared {
  /** No other candidate is left: a slow answer beats an error. */
  readonly isLast: boolean
  /** On a connection of its own: the one before had gone stale. */
  readonly isFresh: boolean
  readonly deadlineMs: number
  /** Another call may be faster: then this one is given up. */
  readonly giveUp?: AbortSignal
  /** Where the caller is in the middle of an answer: how long it may wait for the rest, the last candidate's too. */
  readonly silenceMs?: number | undefined
  /** A stream has answered with its first content only, also where no other candidate is left. */
  readonly untilContent?: boolean
}

/** One call to one candidate, from the request written for it to the first sign of an answer. */
export async function attemptCall(context: Context, services: Services, ask: AttemptAsk): Promise<Outcome> {
  const { candidate, lane } = ask
  context.droppedFields = lane.dropped
  context.faultAnswer = undefined
  const attempt = openAttempt(context, ask)
  const fault = credentialFault(ask.trial.target)
  if (fault !== undefined) return failed(attempt, fault)
  const outgoing = bodyFor(context, lane, candidate.model === context.modelAsked ? '' : candidate.model)
  const opening = openExchange(context, services, { ...ask, attempt, outgoing })
  const opened = opening instanceof Promise ? await opening : opening
  if (opened.kind === 'fault') return failed(attempt, opened.fault)
  const { exchange } = opened
  const leftMs = Math.max(1, ask.deadlineMs - services.nowMs())
  const deadline = new Deadline(services.waits, exchange, limitMs(context, ask, leftMs))
  const forgetCaller = context.caller.onGone(() => exchange.abort('aborted'))
  if (ask.giveUp !== undefined) whenAborted(ask.giveUp, () => exchange.abort('hedge_lost'))
  try {
    const head = await exchange.head
    attempt.wasSent = exchange.isStarted
    const outcome =
      head.kind === 'failure'
        ? readFailure(head, { attempt, deadline, context, ask })
        : await readHead(context, { head, exchange, lane, attempt, deadline, leftMs, ask })
    if (outcome.kind === 'failed') throwIfBroken(outgoing, attempt)
    return outcome
  } finally {
    deadline.stop()
    forgetCaller()
  }
}

function whenAborted(signal: AbortSignal, act: () => void): void {
  if (signal.aborted) act()
  else signal.addEventListener('abort', act, { once: true })
}

/** A body that broke on its way in says nothing about the provider it was meant for. */
function throwIfBroken({ body }: OutgoingBody, attempt: Attempt): void {
  if (!(body instanceof Upload) || body.broken === undefined) return
  attempt.outcome = 'aborted'
  attempt.errorCode = body.broken.code
  throw body.broken
}

function openAttempt(context: Context, { candidate, trial }: Prepared): Attempt {
  const startedAt = performance.now()
  const attempt: Attempt = {
    number: context.attempts.length + 1,
    candidate,
    target: trial.target,
    trial,
    // From the arrival on by the steady clock: a wall clock that is set meanwhile tears no attempt from its request.
    startedMs: Math.round(context.arrivedMs + startedAt - context.arrivedAt),
    startedAt,
    endedAt: undefined,
    outcome: '',
    httpStatus: 0,
    errorCode: '',
    upstreamRequestId: '',
    firstContentAt: undefined,
    usage: undefined,
    priced: undefined,
    usageSource: '',
    modelReported: '',
    finishReason: '',
    wasSent: false,
    isUnknown: false,
    deliveredChars: 0,
    deliveredText: '',
    trace: undefined,
  }
  context.askedAt ??= attempt.startedAt
  context.attempts.push(attempt)
  return attempt
}

/** What this phase of the attempt may take. */
function limitMs(context: Context, ask: AttemptAsk, leftMs: number): number {
  const { timeouts } = ask.candidate
  if (ask.isLast) return Math.min(leftMs, ask.silenceMs ?? leftMs)
  if (!context.streamed) return Math.min(leftMs, timeouts.attemptMs)
  return Math.min(leftMs, timeouts.headersMs, timeouts.firstTokenMs)
}
