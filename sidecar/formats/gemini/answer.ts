import { arrayAt, isObject, type Json, type JsonObject, stringAt } from '../../../contract/json.ts'
import type { AnswerEvent } from '../../conversation/answer.ts'
import type { Fault } from '../../conversation/fault.ts'
import type { AnswerSummary } from '../format.ts'
import { blockReason, createAnswerReading } from './candidates.ts'
import { errorIn, readErrorBody } from './fault.ts'
import { failureOf } from './finish.ts'
import { usageIn } from './usage.ts'

/** A body that is a list is a stream without `alt=sse`: its elements are the frames. */
export function readAnswer(body: Json): readonly AnswerEvent[] {
  const reading = createAnswerReading()
  const events: AnswerEvent[] = []
  for (const element of elementsOf(body)) {
    if (errorIn(element)) events.push({ type: 'error', fault: readErrorBody(element, 200) })
    else events.push(...reading.read(element))
  }
  return events
}

export function summarize(body: Json): AnswerSummary {
  let summary: AnswerSummary = {}
  for (const element of elementsOf(body)) {
    const model = stringAt(element, 'modelVersion')
    const responseId = stringAt(element, 'responseId')
    const finishReason = finishReasonIn(element)
    const usage = usageIn(element)
    summary = {
      ...summary,
      ...(model === undefined ? {} : { model }),
      ...(responseId === undefined ? {} : { responseId }),
      ...(finishReason === undefined ? {} : { finishReason }),
      ...(usage === undefined ? {} : { usage }),
    }
  }
  return summary
}

/** An error body, or an answer whose model failed at its call. */
export function faultIn(body: Json): Fault | undefined {
  for (const element of elementsOf(body)) {
    if (errorIn(element)) return readErrorBody(element, 200)
    const fault = failureOf(finishReasonIn(element) ?? '')
    if (fault) return fault
  }
  return undefined
}

function finishReasonIn(body: JsonObject): string | undefined {
  for (const candidate of arrayAt(body, 'candidates')) {
    const raw = stringAt(candidate, 'finishReason')
    if (raw !== undefined) return raw
  }
  return blockReason(body)
}

function elementsOf(body: Json): JsonObject[] {
  if (Array.isArray(body)) return body.filter(isObject)
  return isObject(body) ? [body] : []
}
