import {
  arrayAt,
  countAt,
  isObject,
  type Json,
  type JsonObject,
  numberAt,
  objectAt,
  stringAt,
} from '../../../contract/json.ts'
import type { Usage } from '../../../contract/usage.ts'
import type { AnswerEvent } from '../../conversation/answer.ts'
import type { AnswerSummary, HostQuirks } from '../format.ts'
import { contentEvents } from './content.ts'
import { faultIn, faultOfFinish } from './fault.ts'
import { finishReason, isFailedFinish } from './finish.ts'
import { argumentsText, callSignature, madeUpCallId } from './tool-calls.ts'
import { chatUsage } from './usage.ts'

export function readAnswer(body: Json, quirks: HostQuirks): readonly AnswerEvent[] {
  const events: AnswerEvent[] = [startEvent(body)]
  const fault = faultIn(body)
  const choices = arrayAt(body, 'choices')
  if (fault !== undefined && choices.length === 0) return [{ type: 'error', fault }]
  for (const [index, choice] of choices.entries()) {
    if (isObject(choice)) readChoice(events, choice, { index, answerId: stringAt(body, 'id') ?? '' })
  }
  const usage = usageIn(body, quirks)
  if (usage !== undefined) events.push({ type: 'usage', usage })
  if (fault === undefined) events.push({ type: 'end' })
  else if (!events.some((event) => event.type === 'error')) events.push({ type: 'error', fault })
  return events
}

export function startEvent(body: Json): AnswerEvent {
  const createdAt = numberAt(body, 'created')
  return {
    type: 'start',
    id: stringAt(body, 'id') ?? '',
    model: stringAt(body, 'model') ?? '',
    ...(createdAt ? { createdAt } : {}),
  }
}

/** Usage wherever a host may put it in a body or a chunk. */
export function usageIn(body: Json, quirks: HostQuirks, serviceTier?: string): Usage | undefined {
  const usage =
    objectAt(body, 'usage') ??
    objectAt(objectAt(body, 'x_groq'), 'usage') ??
    objectAt(arrayAt(body, 'choices')[0], 'usage')
  // Nearly every chunk of a stream.
  if (usage === undefined) return undefined
  return chatUsage(usage, quirks, { serviceTier: stringAt(body, 'service_tier') ?? serviceTier })
}

/** Only what the record needs: nothing of the content is copied. */
export function summarize(body: Json, quirks: HostQuirks): AnswerSummary {
  const model = stringAt(body, 'model')
  const responseId = stringAt(body, 'id')
  const finish = stringAt(arrayAt(body, 'choices')[0], 'finish_reason')
  const usage = usageIn(body, quirks)
  return {
    ...(model === undefined ? {} : { model }),
    ...(responseId === undefined ? {} : { responseId }),
    ...(finish === undefined ? {} : { finishReason: finish }),
    ...(usage === undefined ? {} : { usage }),
  }
}

function readChoice(
  events: AnswerEvent[],
  choice: JsonObject,
  place: { readonly index: number; readonly answerId: string },
): void {
  const index = countAt(choice, 'index') ?? place.index
  const message = objectAt(choice, 'message')
  const text = stringAt(choice, 'text')
  if (text) events.push({ type: 'text', choice: index, text })
  if (message !== undefined) events.push(...contentEvents(message, index))
  const callCount =
    message === undefined ? 0 : pushCalls(events, message, { index, answerId: place.answerId })
  const raw = stringAt(choice, 'finish_reason')
  if (raw === undefined) return
  if (isFailedFinish(raw))
    events.push({ type: 'error', fault: faultOfFinish(raw, objectAt(choice, 'error')) })
  else events.push({ type: 'finish', choice: index, reason: finishReason(raw, callCount > 0), raw })
}

function pushCalls(
  events: AnswerEvent[],
  message: JsonObject,
  { index, answerId }: { readonly index: number; readonly answerId: string },
): number {
  const legacy = objectAt(message, 'function_call')
  const listed = arrayAt(message, 'tool_calls')
  const calls = listed.length === 0 && legacy !== undefined ? [{ function: legacy }] : listed
  let number = 0
  for (const call of calls) {
    const called = objectAt(call, 'function')
    if (called === undefined) continue
    const id = stringAt(call, 'id') || madeUpCallId(answerId, index, number)
    events.push({
      type: 'tool_call',
      choice: index,
      call: number,
      id,
      name: stringAt(called, 'name') ?? '',
      ...callSignature(call),
    })
    const json = argumentsText(called['arguments'])
    if (json !== '') events.push({ type: 'tool_arguments', choice: index, call: number, json })
    number++
  }
  return number
}
