import type { Answer } from '../../context.ts'
import { takeFacts } from '../dispatch/attempt-facts.ts'
import type { Output } from './output.ts'

export type WholeAnswer = Extract<Answer, { kind: 'whole' }>

/** A provider that answers whole what was to be the rest of a stream. Undefined: it is none. */
export function wholeAsRest({ lane, json }: WholeAnswer, output: Output): string | undefined {
  const events = lane.eventsOf(json)
  const isAnswer =
    events.some(({ type }) => type === 'finish') && !events.some(({ type }) => type === 'error')
  if (!isAnswer) return undefined
  const text = output.write([], [events])
  const last = output.end({ hasEnd: true, isCut: false })
  return output.hasFailed ? undefined : `${text}${last}`
}

/** It answered a caller that is not there any more. */
export function giveUp(answer: Answer): void {
  if (answer.kind === 'whole') return
  if (answer.kind === 'stream') takeFacts(answer.attempt, answer.stream.facts)
  answer.attempt.endedAt = performance.now()
  answer.attempt.outcome = 'aborted'
  answer.exchange.abort('aborted')
}
