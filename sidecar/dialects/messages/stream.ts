import type { JsonObject } from '../../../contract/json.ts'
import type { Usage } from '../../../contract/usage.ts'
import type { AnswerEvent } from '../../conversation/answer.ts'
import type { StreamPosition } from '../../conversation/position.ts'
import type { AnswerFrame, AnswerStreamWriter } from '../dialect.ts'
import { blockStart, messageHead } from './answer.ts'
import { type Block, ContentBlocks } from './content.ts'
import { stopReason } from './stop-reason.ts'
import { estimatedUsage, writeUsage } from './usage.ts'

/**
 * One block is open at a time. What belongs to a later one waits until the open one is over: at once for
 * text and thinking, with the last brace of its arguments for a tool call.
 */
export class MessagesStreamWriter implements AnswerStreamWriter {
  readonly #frame: AnswerFrame
  readonly #content = new ContentBlocks()
  #hasStarted = false
  #id = ''
  /** Position of the block that is open, or comes next. */
  #index = 0
  #isOpen = false
  #usage: Usage | undefined
  #finish: Extract<AnswerEvent, { type: 'finish' }> | undefined

  constructor(frame: AnswerFrame, at?: StreamPosition) {
    this.#frame = frame
    if (at?.wire?.format !== 'messages' || at.start === undefined) return
    this.#hasStarted = true
    this.#index = at.wire.index
    this.#isOpen = at.wire.open !== undefined
    this.#content.resume(at.wire)
  }

  write(event: AnswerEvent): string {
    switch (event.type) {
      case 'start':
        // Written with the first content: many providers have stated the prompt's tokens by then.
        this.#id = event.id
        return ''
      case 'usage':
        this.#usage = event.usage
        return ''
      case 'finish':
        if (event.choice === 0) this.#finish = event
        return ''
      case 'end':
      case 'error':
        return ''
      default:
        this.#content.add(event)
        return this.#start() + this.#advance(false)
    }
  }

  /** Usage often comes after the finish reason, so both are held until the answer is complete. */
  end(): string {
    const delta = {
      stop_reason: stopReason(this.#finish, this.#content),
      stop_sequence: null,
      stop_details: null,
    }
    return (
      this.#start() +
      this.#advance(true) +
      sse('message_delta', { delta, usage: writeUsage(this.#usage ?? this.#estimate()) }) +
      sse('message_stop', {})
    )
  }

  #start(): string {
    if (this.#hasStarted) return ''
    this.#hasStarted = true
    const usage = writeUsage(this.#usage ?? this.#estimate())
    return sse('message_start', { message: { ...messageHead(this.#id, this.#frame), usage } })
  }

  #estimate(): Usage {
    return estimatedUsage(this.#frame.estimatedInputTokens)
  }

  /** Writes as much as the order of blocks allows. */
  #advance(isLast: boolean): string {
    let text = ''
    for (;;) {
      const block = this.#content.blocks[this.#index]
      if (block === undefined) return text
      if (!this.#isOpen)
        text += sse('content_block_start', { index: this.#index, content_block: blockStart(block) })
      this.#isOpen = true
      text += this.#deltas(block)
      if (!this.#isOver(block, isLast)) return text
      text += signatureDelta(block, this.#index) + sse('content_block_stop', { index: this.#index })
      this.#isOpen = false
      this.#index += 1
    }
  }

  #isOver(block: Block, isLast: boolean): boolean {
    if (isLast || block.type === 'redacted_thinking' || block.type === 'media') return true
    if (block.type === 'thinking' && block.signature !== undefined) return true
    const hasNext = this.#content.blocks.length > this.#index + 1
    return hasNext && (block.type !== 'tool_use' || block.progress.isWhole)
  }

  #deltas(block: Block): string {
    if (!('pieces' in block) || block.pieces.length === 0) return ''
    const piece = block.pieces.join('')
    // What is written is not needed again; a long answer would be kept whole otherwise.
    block.pieces.length = 0
    return sse('content_block_delta', { index: this.#index, delta: deltaOf(block.type, piece) })
  }
}

function deltaOf(type: 'text' | 'thinking' | 'tool_use', piece: string): JsonObject {
  switch (type) {
    case 'text':
      return { type: 'text_delta', text: piece }
    case 'thinking':
      return { type: 'thinking_delta', thinking: piece }
    case 'tool_use':
      return { type: 'input_json_delta', partial_json: piece }
  }
}

function signatureDelta(block: Block, index: number): string {
  if (block.type !== 'thinking' || !block.signature) return ''
  const delta = { type: 'signature_delta', signature: block.signature }
  return sse('content_block_delta', { index, delta })
}

export function sse(event: string, data: JsonObject): string {
  return `event: ${event}\ndata: ${JSON.stringify({ type: event, ...data })}\n\n`
}
