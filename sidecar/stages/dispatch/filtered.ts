import type { Context } from '../../context.ts'
import type { AnswerEvent } from '../../conversation/answer.ts'
import type { Fault } from '../../conversation/fault.ts'
import type { StreamFacts } from '../../streaming/stream-facts.ts'
import type { AttemptAsk } from './attempt.ts'

/** What a filter leaves of an answer counts as a fault only where another candidate is to answer in its place. */
export const filtered: Fault = {
  class: 'content_filter',
  status: 0,
  code: 'content_filter',
  message: 'the provider answered that its content filter forbids an answer',
}

/** The route wants another model's answer, there is one to ask, and no second verdict is given already. */
export function replacesFiltered({ route, attempts, operation }: Context, { isLast }: AttemptAsk): boolean {
  if (route === undefined || !route.fallbackOnContentFilter || operation !== 'generate') return false
  if (isLast || route.candidates.length < 2) return false
  return !attempts.some(({ outcome }) => outcome === filtered.class)
}

/** A filter ended it, or the model did nothing but refuse. */
export function isFiltered(events: readonly AnswerEvent[]): boolean {
  const isStopped = events.some((event) => event.type === 'finish' && event.reason === 'content_filter')
  return isStopped || (events.some(isRefusal) && !events.some(isText))
}

/** The same of a stream that has shown what it begins with: text that may be told is told. */
export function beginsFiltered({ isRefused, said }: StreamFacts): boolean {
  return isRefused && (said ?? '') === ''
}

function isRefusal(event: AnswerEvent): boolean {
  return event.type === 'refusal' && event.text !== ''
}

function isText(event: AnswerEvent): boolean {
  return event.type === 'text' && event.text !== ''
}
