import { countAt, isObject, type JsonObject, objectAt, stringAt } from '../../../contract/json.ts'
import { type AnswerEvent, unreadable } from '../../conversation/answer.ts'
import type { MessagesPosition } from '../../conversation/position.ts'
import type { Frame } from '../../streaming/frame.ts'
import type { AnswerStreamReader } from '../format.ts'
import { callEvent, mediaEvents, proofEvents, textEvents } from './answer.ts'
import { faultIn } from './fault.ts'
import { finishReason } from './stop-reason.ts'
import { mergedUsage, messagesUsage } from './usage.ts'

/** A block whose end still has something to say. */
type OpenBlock =
  | { readonly type: 'thinking'; signature: string }
  | { readonly type: 'tool_use'; readonly call: number; readonly input: JsonObject; hasArguments: boolean }

const nothing: readonly AnswerEvent[] = []

/** Reads any stream in Anthropic's format. What it does not know it passes over; it never throws. */
export class MessagesStreamReader implements AnswerStreamReader {
  readonly #open = new Map<number, OpenBlock>()
  #calls = 0
  /** Of the block that is open, or comes next. */
  #index = 0
  #openType: MessagesPosition['open']
  #usage: JsonObject | undefined

  onFrame(frame: Frame): readonly AnswerEvent[] {
    if (!frame.hasData || frame.event === 'ping') return nothing
    const data = parsed(frame.data)
    if (data === undefined) return unreadable
    // Some hosts leave out the `event:` line; the data names the event too.
    return this.#read(stringAt(data, 'type') ?? frame.event, data)
  }

  #read(type: string, data: JsonObject): readonly AnswerEvent[] {
    switch (type) {
      case 'content_block_delta':
        return this.#onDelta(countAt(data, 'index') ?? 0, objectAt(data, 'delta'))
      case 'content_block_start':
        return this.#onBlockStart(countAt(data, 'index') ?? 0, objectAt(data, 'content_block'))
      case 'content_block_stop':
        return this.#onBlockStop(countAt(data, 'index') ?? 0)
      case 'message_start':
        return this.#onStart(objectAt(data, 'message'))
      case 'message_delta':
        return this.#onMessageDelta(data)
      case 'message_stop':
        return [...this.#closeAll(), { type: 'end' }]
      case 'error':
        return errorEvents(data)
      default:
        return isObject(data['error']) ? errorEvents(data) : nothing
    }
  }

  #onStart(message: JsonObject | undefined): readonly AnswerEvent[] {
    const id = stringAt(message, 'id') ?? ''
    const model = stringAt(message, 'model') ?? ''
    return [{ type: 'start', id, model }, ...this.#usageEvents(objectAt(message, 'usage'))]
  }

  position(): MessagesPosition {
    return { format: 'messages', index: this.#index, open: this.#openType }
  }

  #onBlockStart(index: number, block: JsonObject | undefined): readonly AnswerEvent[] {
    const type = stringAt(block, 'type')
    this.#index = index
    this.#openType = type === 'text' || type === 'thinking' ? type : 'other'
    switch (type) {
      case 'text':
        return textEvents('text', stringAt(block, 'text'))
      case 'thinking':
        this.#open.set(index, { type: 'thinking', signature: stringAt(block, 'signature') ?? '' })
        return textEvents('thinking', stringAt(block, 'thinking'))
      case 'redacted_thinking':
        return proofEvents({ redacted: stringAt(block, 'data') })
      case 'tool_use':
        return this.#onToolStart(index, block)
      default:
        return mediaEvents(block)
    }
  }

  #onToolStart(index: number, block: JsonObject | undefined): readonly AnswerEvent[] {
    const call = this.#calls
    this.#calls += 1
    const input = objectAt(block, 'input') ?? {}
    this.#open.set(index, { type: 'tool_use', call, input, hasArguments: false })
    return [callEvent(block, call)]
  }

  #onDelta(index: number, delta: JsonObject | undefined): readonly AnswerEvent[] {
    switch (stringAt(delta, 'type')) {
      case 'text_delta':
        return textEvents('text', stringAt(delta, 'text'))
      case 'thinking_delta':
        return textEvents('thinking', stringAt(delta, 'thinking'))
      case 'input_json_delta':
        return this.#onArguments(index, stringAt(delta, 'partial_json') ?? '')
      case 'signature_delta': {
        const block = this.#open.get(index)
        if (block?.type === 'thinking') block.signature += stringAt(delta, 'signature') ?? ''
        return nothing
      }
      default:
        return nothing
    }
  }

  #onArguments(index: number, json: string): readonly AnswerEvent[] {
    const block = this.#open.get(index)
    // Server tools stream their input too; it is not the caller's to answer.
    if (block?.type !== 'tool_use' || json === '') return nothing
    block.hasArguments = true
    return [{ type: 'tool_arguments', choice: 0, call: block.call, json }]
  }

  #onBlockStop(index: number): readonly AnswerEvent[] {
    this.#index = index + 1
    this.#openType = undefined
    const block = this.#open.get(index)
    if (block === undefined) return nothing
    this.#open.delete(index)
    if (block.type === 'thinking') return proofEvents({ signature: block.signature })
    if (block.hasArguments) return nothing
    // A call without arguments streams none; some hosts send them whole with the start of the block.
    return [{ type: 'tool_arguments', choice: 0, call: block.call, json: JSON.stringify(block.input) }]
  }

  #onMessageDelta(data: JsonObject): readonly AnswerEvent[] {
    const events = [...this.#closeAll()]
    const stop = stringAt(objectAt(data, 'delta'), 'stop_reason')
    if (stop !== undefined) events.push({ type: 'finish', choice: 0, reason: finishReason(stop), raw: stop })
    return [...events, ...this.#usageEvents(objectAt(data, 'usage'))]
  }

  #closeAll(): readonly AnswerEvent[] {
    return this.#open.size === 0
      ? nothing
      : [...this.#open.keys()].flatMap((index) => this.#onBlockStop(index))
  }

  #usageEvents(usage: JsonObject | undefined): readonly AnswerEvent[] {
    if (usage === undefined) return nothing
    this.#usage = mergedUsage(this.#usage, usage)
    const read = messagesUsage(this.#usage)
    return read === undefined ? nothing : [{ type: 'usage', usage: read }]
  }
}

function errorEvents(data: JsonObject): readonly AnswerEvent[] {
  const fault = faultIn({ ...data, type: 'error' })
  return fault === undefined ? nothing : [{ type: 'error', fault }]
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
