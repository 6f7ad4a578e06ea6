import type { JsonObject } from '../../../contract/json.ts'
import { addItem, finishItem, type Inherited, nextId, type Output } from './items.ts'

type PartKind = 'output_text' | 'refusal'

interface OpenMessage {
  readonly id: string
  readonly index: number
  readonly content: JsonObject[]
  part: { kind: PartKind; text: string } | undefined
}

export interface MessageWriter {
  write(kind: PartKind, text: string): void
  close(status: 'completed' | 'incomplete'): void
}

/** Text and refusals: parts of one message until something else comes between. */
export function messageWriter(output: Output, inherited?: Inherited): MessageWriter {
  let open = inherited && openMessage(inherited)

  const start = (): OpenMessage => {
    const id = nextId(output, 'msg')
    const item = { id, type: 'message', status: 'in_progress', role: 'assistant', content: [] }
    return { id, index: addItem(output, item), content: [], part: undefined }
  }
  const place = (message: OpenMessage) => ({
    item_id: message.id,
    output_index: message.index,
    content_index: message.content.length,
  })
  const openPart = (message: OpenMessage, kind: PartKind) => {
    message.part = { kind, text: '' }
    output.emit('response.content_part.added', { ...place(message), part: partOf(kind, '') })
    return message.part
  }
  const closePart = (message: OpenMessage) => {
    if (message.part === undefined) return
    const { kind, text } = message.part
    const done = kind === 'output_text' ? { text, logprobs: [] } : { refusal: text }
    output.emit(`response.${kind}.done`, { ...place(message), ...done })
    const part = partOf(kind, text)
    output.emit('response.content_part.done', { ...place(message), part })
    message.content.push(part)
    message.part = undefined
  }

  return {
    write(kind, text) {
      open ??= start()
      if (open.part !== undefined && open.part.kind !== kind) closePart(open)
      const part = open.part ?? openPart(open, kind)
      part.text += text
      const extra = kind === 'output_text' ? { logprobs: [] } : {}
      output.emit(`response.${kind}.delta`, { ...place(open), delta: text, ...extra })
    },
    close(status) {
      if (open === undefined) return
      closePart(open)
      const { id, index, content } = open
      finishItem(output, index, { id, type: 'message', status, role: 'assistant', content })
      open = undefined
    },
  }
}

function openMessage({ id, index, text, hasOpenPart }: Inherited): OpenMessage {
  if (hasOpenPart) return { id, index, content: [], part: { kind: 'output_text', text } }
  return { id, index, content: text === '' ? [] : [partOf('output_text', text)], part: undefined }
}

function partOf(kind: PartKind, text: string): JsonObject {
  return kind === 'output_text'
    ? { type: 'output_text', annotations: [], logprobs: [], text }
    : { type: 'refusal', refusal: text }
}
