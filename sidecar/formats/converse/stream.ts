import { type Json, numberAt, objectAt, stringAt } from '../../../contract/json.ts'
import { type AnswerEvent, unreadable } from '../../conversation/answer.ts'
import type { Frame } from '../../streaming/frame.ts'
import type { AnswerStreamReader } from '../format.ts'
import { callEvent, callersTool, mediaEvents, proofEvents, startEvent, textEvents } from './answer.ts'
import { streamFault } from './fault.ts'
import { finishEvent } from './stop-reason.ts'
import { converseUsage } from './usage.ts'

/** A content block that is still being written. */
interface OpenBlock {
  /** Number of the tool call; undefined for every other kind, and for tools that Bedrock runs itself. */
  readonly call: number | undefined
  readonly imageFormat: string | undefined
  hasArguments: boolean
  signature: string
  redacted: Buffer[]
  image: Buffer[]
}

export function createConverseStreamReader(): AnswerStreamReader {
  return new ConverseStreamReader()
}

/** Reads ConverseStream. Its events carry their kind in the frame, and usage comes after the stop. */
class ConverseStreamReader implements AnswerStreamReader {
  readonly #blocks = new Map<number, OpenBlock>()
  #calls = 0
  #hasStarted = false
  #hasFinished = false

  onFrame(frame: Frame): readonly AnswerEvent[] {
    const payload = parse(frame.data)
    const [kind, type] = frame.event.split(':', 2)
    if (kind === 'exception' || kind === 'error') {
      return [{ type: 'error', fault: streamFault(type ?? '', payload) }]
    }
    if (payload === undefined) return unreadable
    const events = this.#eventsOf(frame.event, payload)
    if (events.length === 0 || this.#hasStarted) return events
    this.#hasStarted = true
    return events[0]?.type === 'start' ? events : [startEvent, ...events]
  }

  #eventsOf(event: string, payload: Json): readonly AnswerEvent[] {
    switch (event) {
      case 'messageStart':
        return this.#hasStarted ? [] : [startEvent]
      case 'contentBlockStart':
        return this.#openBlock(payload)
      case 'contentBlockDelta':
        return this.#delta(payload)
      case 'contentBlockStop':
        return this.#closeBlock(numberAt(payload, 'contentBlockIndex') ?? 0)
      case 'messageStop':
        return this.#stop(payload)
      case 'metadata':
        return this.#metadata(payload)
      default:
        return []
    }
  }

  #openBlock(payload: Json): readonly AnswerEvent[] {
    const start = objectAt(payload, 'start')
    const toolUse = callersTool(start)
    const call = toolUse === undefined ? undefined : this.#calls++
    this.#blocks.set(numberAt(payload, 'contentBlockIndex') ?? 0, {
      ...emptyBlock(),
      call,
      imageFormat: stringAt(objectAt(start, 'image'), 'format'),
    })
    return call === undefined ? [] : [callEvent(toolUse, call)]
  }

  #delta(payload: Json): readonly AnswerEvent[] {
    const index = numberAt(payload, 'contentBlockIndex') ?? 0
    const delta = objectAt(payload, 'delta')
    const text = stringAt(delta, 'text')
    // Blocks of text open without a start.
    if (text !== undefined) return textEvents('text', text)
    const block = this.#blocks.get(index) ?? emptyBlock()
    this.#blocks.set(index, block)
    const json = stringAt(objectAt(delta, 'toolUse'), 'input')
    if (json !== undefined) return argumentEvents(block, json)
    const image = stringAt(objectAt(objectAt(delta, 'image'), 'source'), 'bytes')
    if (image !== undefined) block.image.push(Buffer.from(image, 'base64'))
    const reasoning = objectAt(delta, 'reasoningContent')
    block.signature += stringAt(reasoning, 'signature') ?? ''
    const redacted = stringAt(reasoning, 'redactedContent')
    if (redacted !== undefined) block.redacted.push(Buffer.from(redacted, 'base64'))
    return textEvents('thinking', stringAt(reasoning, 'text'))
  }

  #closeBlock(index: number): readonly AnswerEvent[] {
    const block = this.#blocks.get(index)
    if (block === undefined) return []
    this.#blocks.delete(index)
    const bytes = joined(block.image)
    return [
      // A call without arguments sends no delta; the whole answer says {}.
      ...(block.call !== undefined && !block.hasArguments ? argumentEvents(block, '{}') : []),
      ...proofEvents(block.signature, joined(block.redacted)),
      ...mediaEvents('image', { format: block.imageFormat, source: { bytes } }),
    ]
  }

  #stop(payload: Json): readonly AnswerEvent[] {
    const open = [...this.#blocks.keys()].flatMap((index) => this.#closeBlock(index))
    const finish = finishEvent(stringAt(payload, 'stopReason') ?? '')
    this.#hasFinished = finish.type === 'finish'
    return [...open, finish]
  }

  /** The last event of a complete answer. */
  #metadata(payload: Json): readonly AnswerEvent[] {
    const usage = converseUsage(objectAt(payload, 'usage'), objectAt(payload, 'serviceTier'))
    return [
      ...(usage === undefined ? [] : [{ type: 'usage', usage } as const]),
      ...(this.#hasFinished ? [{ type: 'end' } as const] : []),
    ]
  }
}

function emptyBlock(): OpenBlock {
  return {
    call: undefined,
    imageFormat: undefined,
    hasArguments: false,
    signature: '',
    redacted: [],
    image: [],
  }
}

function argumentEvents(block: OpenBlock, json: string): readonly AnswerEvent[] {
  if (block.call === undefined || json === '') return []
  block.hasArguments = true
  return [{ type: 'tool_arguments', choice: 0, call: block.call, json }]
}

/** Pieces of base64 may each be padded, so they are joined as bytes. */
function joined(pieces: readonly Buffer[]): string | undefined {
  return pieces.length === 0 ? undefined : Buffer.concat(pieces).toString('base64')
}

function parse(data: string): Json | undefined {
  try {
    return JSON.parse(data) as Json
  } catch {
    return undefined
  }
}
