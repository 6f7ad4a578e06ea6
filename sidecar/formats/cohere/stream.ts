import { isObject, type Json, objectAt, stringAt } from '../../../contract/json.ts'
import { type AnswerEvent, unreadable } from '../../conversation/answer.ts'
import type { Frame } from '../../streaming/frame.ts'
import type { AnswerStreamReader } from '../format.ts'
import { callEvent, contentEvents, startEvent, textEvents } from './answer.ts'
import { faultIn } from './fault.ts'
import { finishEvent } from './finish-reason.ts'
import { cohereUsage } from './usage.ts'

export function createCohereStreamReader(): AnswerStreamReader {
  return new CohereStreamReader()
}

/** Reads the v2 stream. Calls come one after the other, so the last one opened is the one written. */
class CohereStreamReader implements AnswerStreamReader {
  #calls = 0
  #hasArguments = true
  #hasStarted = false
  #hasEnded = false

  onFrame(frame: Frame): readonly AnswerEvent[] {
    if (this.#hasEnded) return []
    const payload = parse(frame.data)
    if (!isObject(payload)) return unreadable
    const events = this.#eventsOf(stringAt(payload, 'type') ?? frame.event, payload)
    if (events.length === 0 || this.#hasStarted) return events
    this.#hasStarted = true
    const first = events[0]?.type
    return first === 'start' || first === 'error' ? events : [startEvent(undefined), ...events]
  }

  #eventsOf(type: string, payload: Json): readonly AnswerEvent[] {
    const delta = objectAt(payload, 'delta')
    const message = objectAt(delta, 'message')
    switch (type) {
      case 'message-start':
        return this.#hasStarted ? [] : [startEvent(payload)]
      case 'content-start':
      case 'content-delta':
        return contentEvents(objectAt(message, 'content'))
      case 'tool-plan-delta':
        return textEvents('thinking', stringAt(message, 'tool_plan'))
      case 'tool-call-start':
        return this.#openCall(objectAt(message, 'tool_calls'))
      case 'tool-call-delta':
        return this.#arguments(objectAt(message, 'tool_calls'))
      case 'tool-call-end':
        return this.#closeCall()
      case 'message-end':
        return this.#end(delta)
      case 'content-end':
      case 'citation-start':
      case 'citation-end':
      case 'debug':
        return []
      default:
        return failed(payload)
    }
  }

  #openCall(toolCall: Json | undefined): readonly AnswerEvent[] {
    const open = this.#closeCall()
    this.#calls += 1
    this.#hasArguments = false
    return [...open, callEvent(toolCall, this.#calls - 1), ...this.#arguments(toolCall)]
  }

  #arguments(toolCall: Json | undefined): readonly AnswerEvent[] {
    const json = stringAt(objectAt(toolCall, 'function'), 'arguments')
    if (!json || this.#calls === 0) return []
    this.#hasArguments = true
    return [{ type: 'tool_arguments', choice: 0, call: this.#calls - 1, json }]
  }

  /** A call without arguments sends none; the whole answer says {}. */
  #closeCall(): readonly AnswerEvent[] {
    if (this.#hasArguments) return []
    this.#hasArguments = true
    return [{ type: 'tool_arguments', choice: 0, call: this.#calls - 1, json: '{}' }]
  }

  #end(delta: Json | undefined): readonly AnswerEvent[] {
    this.#hasEnded = true
    const usage = cohereUsage(objectAt(delta, 'usage'))
    const finish = finishEvent(stringAt(delta, 'finish_reason') ?? '', stringAt(delta, 'error'))
    return [
      ...this.#closeCall(),
      ...(usage === undefined ? [] : [{ type: 'usage', usage } as const]),
      finish,
      ...(finish.type === 'error' ? [] : [{ type: 'end' } as const]),
    ]
  }
}

/** A frame that is no event but an error body; events invented after this was written mean nothing. */
function failed(payload: Json): readonly AnswerEvent[] {
  const fault = faultIn(payload)
  return fault === undefined ? [] : [{ type: 'error', fault }]
}

function parse(data: string): Json | undefined {
  try {
    return JSON.parse(data) as Json
  } catch {
    return undefined
  }
}
