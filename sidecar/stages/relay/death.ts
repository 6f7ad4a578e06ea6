import type { Attempt, Context } from '../../context.ts'
import type { Fault } from '../../conversation/fault.ts'
import type { Lane } from '../../lanes/lane.ts'
import { hasSeveralAnswers, isStructured } from '../../recovery/answer-shape.ts'
import type { RecoveryMode } from '../../recovery/recoveries.ts'
import type { AnswerStream } from '../../streaming/answer-stream.ts'
import { takeFacts } from '../dispatch/attempt-facts.ts'
import { leavesTraces } from '../dispatch/repeatable.ts'
import { ContinuedOutput, type Output } from './output.ts'

/**
 * The one place where a stream that had begun is known to have died: whatever becomes of the request, this call
 * to this target failed.
 */
export function reportDeath(attempt: Attempt, stream: AnswerStream, fault: Fault): void {
  takeFacts(attempt, stream.facts)
  attempt.endedAt = performance.now()
  attempt.outcome = 'truncated'
  attempt.errorCode = fault.code
  attempt.trial.failed(fault)
}

export interface Remains {
  readonly lane: Lane
  readonly stream: AnswerStream
  readonly output: Output
  /** The caller has bytes of the answer. */
  readonly hasWritten: boolean
}

/** What can be done for the caller: `hold_back` where it has nothing yet, so that any answer will do. */
export function recoveryMode(context: Context, remains: Remains): RecoveryMode {
  const { body, dialectName, route, operation } = context
  if (route === undefined || body === undefined || leavesTraces(body)) return 'error'
  if (!remains.hasWritten) return 'hold_back'
  const { midStream } = route.recovery
  const { facts } = remains.stream
  if (midStream === 'error' || operation !== 'generate') return 'error'
  if (facts.hasMoreThanText || facts.choices > 1 || facts.finishes > 0) return 'error'
  if (hasSeveralAnswers(dialectName, body)) return 'error'
  if (midStream === 'restart') return 'restart'
  return told(remains) === undefined || isStructured(dialectName, body) ? 'error' : 'stitch'
}

/** The text the caller has, whoever wrote it; undefined where that is not known. */
export function told({ output, stream }: Remains): string | undefined {
  return output instanceof ContinuedOutput ? output.joined.told : stream.facts.said
}
