import { isObject, type JsonObject } from '../../../contract/json.ts'
import type { Usage } from '../../../contract/usage.ts'
import type { AnswerEvent } from '../../conversation/answer.ts'
import type { AnswerFrame } from '../dialect.ts'
import { type Block, ContentBlocks } from './content.ts'
import { stopReason } from './stop-reason.ts'
import { writeUsage } from './usage.ts'

export function writeAnswer(events: readonly AnswerEvent[], frame: AnswerFrame): JsonObject {
  const content = new ContentBlocks()
  let id = ''
  let usage: Usage | undefined
  let finish: Extract<AnswerEvent, { type: 'finish' }> | undefined
  for (const event of events) {
    if (event.type === 'start') id = event.id
    else if (event.type === 'usage') usage = event.usage
    else if (event.type === 'finish' && event.choice === 0) finish = event
    else content.add(event)
  }
  return {
    ...messageHead(id, frame),
    content: content.blocks.map(writeBlock),
    stop_reason: stopReason(finish, content),
    usage: writeUsage(usage),
  }
}

export function messageHead(id: string, frame: AnswerFrame): JsonObject {
  return {
    id: id === '' ? `msg_${frame.requestId.replaceAll('-', '')}` : id,
    type: 'message',
    role: 'assistant',
    model: frame.model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    stop_details: null,
    container: null,
  }
}

function writeBlock(block: Block): JsonObject {
  const start = blockStart(block)
  switch (block.type) {
    case 'text':
      return { ...start, text: block.pieces.join('') }
    case 'thinking':
      return { ...start, thinking: block.pieces.join(''), signature: block.signature ?? '' }
    case 'tool_use':
      return { ...start, input: parsedInput(block.pieces.join('')) }
    default:
      return start
  }
}

/** The block as it begins; blocks that come in one piece are whole. */
export function blockStart(block: Block): JsonObject {
  switch (block.type) {
    case 'text':
      return { type: 'text', text: '', citations: null }
    case 'thinking':
      return { type: 'thinking', thinking: '', signature: '' }
    case 'redacted_thinking':
      return { type: 'redacted_thinking', data: block.data }
    case 'tool_use':
      return { type: 'tool_use', id: block.id, name: block.name, input: {}, caller: { type: 'direct' } }
    case 'media': {
      // Anthropic's models make no media, so there is no block for it. The one that requests use is the
      // nearest: SDKs keep blocks they do not know, and a text of base64 would be read as tokens next turn.
      const kind = block.mediaType.split('/')[0] ?? 'image'
      return { type: kind, source: { type: 'base64', media_type: block.mediaType, data: block.data } }
    }
  }
}

/** `input` must be an object. What the model wrote instead is kept under the name Anthropic's own docs use. */
function parsedInput(text: string): JsonObject {
  if (text.trim() === '') return {}
  try {
    const value: unknown = JSON.parse(text)
    if (isObject(value)) return value
  } catch {
    // A call cut off by the token limit, mostly.
  }
  return { INVALID_JSON: text }
}
