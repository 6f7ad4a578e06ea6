import { isObject, type JsonObject } from '../../../contract/json.ts'
import { type AnswerEvent, unreadable } from '../../conversation/answer.ts'
import type { Frame } from '../../streaming/frame.ts'
import type { AnswerStreamReader } from '../format.ts'
import { createAnswerReading } from './candidates.ts'
import { errorIn, readErrorBody } from './fault.ts'

/**
 * Gemini streams have no closing mark: a finishReason and then a regular end of the connection is all
 * there is. So this reader gives `finish` and never `end`.
 */
export function streamReader(): AnswerStreamReader {
  const reading = createAnswerReading()
  return {
    onFrame(frame: Frame): readonly AnswerEvent[] {
      if (!frame.hasData) return []
      const bodies = bodiesOf(frame.data)
      if (bodies === undefined) return unreadable
      const events: AnswerEvent[] = []
      for (const body of bodies) {
        if (errorIn(body)) events.push({ type: 'error', fault: readErrorBody(body, 200) })
        else events.push(...usageFirst(reading.read(body)))
      }
      return events
    },
  }
}

/** Some callers are told of the prompt's tokens at the start alone, before any content. */
function usageFirst(events: readonly AnswerEvent[]): readonly AnswerEvent[] {
  const [start, ...rest] = events
  const usage = rest.at(-1)
  if (start?.type !== 'start' || usage?.type !== 'usage') return events
  return [start, usage, ...rest.slice(0, -1)]
}

/** Errors may come as a list of one. Undefined: it is no JSON. */
function bodiesOf(data: string): JsonObject[] | undefined {
  let value: unknown
  try {
    value = JSON.parse(data)
  } catch {
    return undefined
  }
  if (Array.isArray(value)) return value.filter(isObject)
  return isObject(value) ? [value] : []
}
