import { arrayAt, isObject, type Json, type JsonObject, numberAt, stringAt } from '../../../contract/json.ts'
import type { AnswerEvent } from '../../conversation/answer.ts'
import type { AnswerSummary } from '../format.ts'
import { faultIn } from './fault.ts'
import { finishOf } from './finish.ts'
import { itemEvents } from './output.ts'
import { usageOfResponse } from './usage.ts'

export function readAnswer(body: Json): readonly AnswerEvent[] {
  const fault = faultIn(body)
  if (fault !== undefined) return [{ type: 'error', fault }]
  if (!isObject(body) || !Array.isArray(body['output'])) return [notAnAnswer]
  return [startOf(body), ...outputEvents(body), ...closingEvents(body)]
}

const notAnAnswer: AnswerEvent = {
  type: 'error',
  fault: { class: 'outage', status: 200, code: 'invalid_answer', message: 'The answer has no output.' },
}

/** Counts from 0 the function calls among the items, as callers know them. */
export function outputEvents(response: JsonObject): AnswerEvent[] {
  let calls = 0
  return arrayAt(response, 'output').flatMap((item) => {
    const events = itemEvents(item, calls)
    if (stringAt(item, 'type') === 'function_call') calls += 1
    return events
  })
}

export function startOf(response: JsonObject | undefined): AnswerEvent {
  const createdAt = numberAt(response, 'created_at')
  return {
    type: 'start',
    id: stringAt(response, 'id') ?? '',
    model: stringAt(response, 'model') ?? '',
    ...(createdAt === undefined ? {} : { createdAt }),
  }
}

export function closingEvents(response: JsonObject): AnswerEvent[] {
  const finish = finishOf(response)
  const usage = usageOfResponse(response)
  const end: AnswerEvent = { type: 'end' }
  return [...(finish ? [finish] : []), ...(usage ? [{ type: 'usage', usage } as const] : []), end]
}

export function summarize(body: Json): AnswerSummary {
  const model = stringAt(body, 'model')
  const responseId = stringAt(body, 'id')
  const finish = stringAt(body, 'object') === 'response' ? finishOf(body) : undefined
  const usage = usageOfResponse(body)
  return {
    ...(model === undefined ? {} : { model }),
    ...(responseId === undefined ? {} : { responseId }),
    ...(finish === undefined ? {} : { finishReason: finish.raw }),
    ...(usage === undefined ? {} : { usage }),
  }
}
