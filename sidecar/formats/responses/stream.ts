import { arrayAt, countAt, isObject, type JsonObject, objectAt, stringAt } from '../../../contract/json.ts'
import { type AnswerEvent, unreadable } from '../../conversation/answer.ts'
import type { ResponsesPosition } from '../../conversation/position.ts'
import type { Frame } from '../../streaming/frame.ts'
import type { AnswerStreamReader } from '../format.ts'
import { closingEvents, outputEvents, startOf } from './answer.ts'
import { eventFault, failed } from './fault.ts'
import {
  argumentEvents,
  callEvent,
  itemEvents,
  messageEvents,
  proofEvents,
  summarySeparator,
  thinkingEvents,
} from './output.ts'
import { Place } from './place.ts'

/** What was already said of an output item, so that its `done` adds only what is missing. */
interface Seen {
  call: number
  argumentsLength: number
  hasText: boolean
  /** Which of the two kinds of thinking the item has, and the summary part it is at. */
  thinking: 'none' | 'summary' | 'content'
  summaryIndex: number
}

const nothing: readonly AnswerEvent[] = []

/** Events that repeat what others say; large ones, so they are not even parsed. */
const repeated: ReadonlySet<string> = new Set([
  'response.in_progress',
  'response.queued',
  'response.content_part.added',
  'response.content_part.done',
  'response.output_text.done',
  'response.refusal.done',
  'response.function_call_arguments.done',
  'response.reasoning_text.done',
  'response.reasoning_summary_text.done',
  'response.reasoning_summary_part.added',
  'response.reasoning_summary_part.done',
])

/** Reads any stream in the Responses format. What it does not know it passes over; it never throws. */
export class ResponsesStreamReader implements AnswerStreamReader {
  readonly #items = new Map<number, Seen>()
  readonly #done: JsonObject[] = []
  #calls = 0
  readonly #place = new Place()
  #start: AnswerEvent | undefined
  #hasStarted = false
  #isOver = false

  onFrame(frame: Frame): readonly AnswerEvent[] {
    if (!frame.hasData || this.#isOver) return nothing
    if (repeated.has(frame.event)) {
      this.#place.pass(frame.event)
      return nothing
    }
    const data = parsed(frame.data)
    if (data === undefined) return unreadable
    const type = stringAt(data, 'type') ?? frame.event
    this.#place.note(type, data)
    if (type === 'response.created') {
      // An overloaded OpenAI opens the stream and fails it at once, so the start waits for something real.
      this.#start = startOf(objectAt(data, 'response'))
      return nothing
    }
    const events = this.#read(type, data)
    const isReal = events.length > 0 || type === 'response.output_item.added'
    if (this.#hasStarted || !isReal || events[0]?.type === 'error') return events
    this.#hasStarted = true
    return [this.#start ?? startOf(objectAt(data, 'response')), ...events]
  }

  position(): ResponsesPosition | undefined {
    return this.#place.position()
  }

  #read(type: string, data: JsonObject): readonly AnswerEvent[] {
    switch (type) {
      case 'response.output_text.delta':
        return this.#onText('text', data)
      case 'response.refusal.delta':
        return this.#onText('refusal', data)
      case 'response.function_call_arguments.delta':
        return this.#onArguments(data)
      case 'response.reasoning_summary_text.delta':
        return this.#onThinking('summary', data)
      case 'response.reasoning_text.delta':
        return this.#onThinking('content', data)
      case 'response.output_item.added':
        return this.#onAdded(data)
      case 'response.output_item.done':
        return this.#onDone(data)
      case 'response.completed':
      case 'response.incomplete':
        return this.#onTerminal(objectAt(data, 'response'), type.slice('response.'.length))
      case 'response.failed':
      case 'response.cancelled':
        this.#isOver = true
        return [{ type: 'error', fault: failed(objectAt(data, 'response')) }]
      case 'error':
        this.#isOver = true
        return [{ type: 'error', fault: eventFault(data) }]
      default:
        if (!isObject(data['error'])) return nothing
        this.#isOver = true
        return [{ type: 'error', fault: eventFault(data) }]
    }
  }

  #seen(data: JsonObject): Seen {
    const index = countAt(data, 'output_index') ?? 0
    const known = this.#items.get(index)
    if (known !== undefined) return known
    const seen: Seen = { call: -1, argumentsLength: 0, hasText: false, thinking: 'none', summaryIndex: 0 }
    this.#items.set(index, seen)
    return seen
  }

  #onText(type: 'text' | 'refusal', data: JsonObject): readonly AnswerEvent[] {
    const text = stringAt(data, 'delta')
    if (!text) return nothing
    this.#seen(data).hasText = true
    return [{ type, choice: 0, text }]
  }

  #onThinking(kind: 'summary' | 'content', data: JsonObject): readonly AnswerEvent[] {
    const seen = this.#seen(data)
    const text = stringAt(data, 'delta')
    if (!text || (seen.thinking !== kind && seen.thinking !== 'none')) return nothing
    const index = countAt(data, 'summary_index') ?? 0
    const isNextPart = seen.thinking === 'summary' && index !== seen.summaryIndex
    seen.thinking = kind
    seen.summaryIndex = index
    return [{ type: 'thinking', choice: 0, text: isNextPart ? summarySeparator + text : text }]
  }

  #onArguments(data: JsonObject): readonly AnswerEvent[] {
    const seen = this.#seen(data)
    const json = stringAt(data, 'delta') ?? ''
    if (seen.call < 0) return nothing
    seen.argumentsLength += json.length
    return argumentEvents(seen.call, json)
  }

  #onAdded(data: JsonObject): readonly AnswerEvent[] {
    const item = objectAt(data, 'item')
    const seen = this.#seen(data)
    return item?.['type'] === 'function_call' ? this.#startCall(seen, item) : nothing
  }

  #startCall(seen: Seen, item: JsonObject): readonly AnswerEvent[] {
    if (seen.call >= 0) return nothing
    seen.call = this.#calls
    this.#calls += 1
    return [callEvent(item, seen.call)]
  }

  /** Some hosts send only the finished item, or only its last part as deltas. */
  #onDone(data: JsonObject): readonly AnswerEvent[] {
    const item = objectAt(data, 'item')
    if (item === undefined) return nothing
    this.#done.push(item)
    const seen = this.#seen(data)
    switch (item['type']) {
      case 'message':
        return seen.hasText ? nothing : messageEvents(item)
      case 'reasoning':
        return [...(seen.thinking === 'none' ? thinkingEvents(item) : nothing), ...proofEvents(item)]
      case 'function_call': {
        const started = this.#startCall(seen, item)
        const rest = (stringAt(item, 'arguments') ?? '').slice(seen.argumentsLength)
        return [...started, ...argumentEvents(seen.call, rest)]
      }
      default:
        return itemEvents(item, 0)
    }
  }

  /** The event's name is surer than the status inside, and some hosts leave the output out. */
  #onTerminal(stated: JsonObject | undefined, status: string): readonly AnswerEvent[] {
    this.#isOver = true
    const hasOutput = arrayAt(stated, 'output').length > 0
    const response = { ...stated, status, ...(hasOutput ? {} : { output: this.#done }) }
    return [...(this.#items.size === 0 ? outputEvents(response) : nothing), ...closingEvents(response)]
  }
}

function parsed(data: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(data)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
