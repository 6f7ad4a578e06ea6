import { type AnswerEvent, isContent } from '../../conversation/answer.ts'
import { addItem, type Begun, finishItem, inherit, nextId, type Output } from './items.ts'
import { callWriter } from './output-calls.ts'
import { messageWriter } from './output-message.ts'
import { reasoningWriter } from './output-reasoning.ts'

type Of<T extends AnswerEvent['type']> = Extract<AnswerEvent, { type: T }>

/** Builds the output items from what happens; both kinds of answer come from here, so they cannot differ. */
export interface ContentWriter {
  onEvent(event: AnswerEvent): void
  /** Ends every open item. An answer that was cut leaves its last item incomplete. */
  close(isCut: boolean): void
}

export function contentWriter(output: Output, begun?: Begun): ContentWriter {
  const open = inherit(output, begun)
  const message = messageWriter(output, open?.type === 'message' ? open : undefined)
  const reasoning = reasoningWriter(output, open?.type === 'reasoning' ? open : undefined)
  const calls = callWriter(output)
  const closeOthers = () => {
    message.close('completed')
    reasoning.close()
  }
  const prove = (event: Of<'thinking_proof'>) => {
    message.close('completed')
    const kind = event.redacted === undefined ? 'signature' : 'redacted'
    const value = event.redacted ?? event.signature ?? ''
    if (value === '') reasoning.close()
    else reasoning.prove({ issuer: event.issuer, kind, value })
  }
  const startCall = (event: Of<'tool_call'>) => {
    closeOthers()
    const { signature, issuer = 'other', id } = event
    if (signature !== undefined) reasoning.prove({ issuer, kind: 'call', value: signature, callId: id })
    calls.start(event)
  }
  return {
    onEvent(event) {
      // The Responses API has one answer only.
      if (('choice' in event && event.choice !== 0) || !isContent(event)) return
      switch (event.type) {
        case 'text':
        case 'refusal':
          reasoning.close()
          message.write(event.type === 'text' ? 'output_text' : 'refusal', event.text)
          break
        case 'thinking':
          message.close('completed')
          reasoning.write(event.text)
          break
        case 'thinking_proof':
          prove(event)
          break
        case 'tool_call':
          startCall(event)
          break
        case 'tool_arguments':
          calls.write(event.call, event.json)
          break
        case 'media':
          closeOthers()
          writeImage(output, event)
          break
      }
    },
    close(isCut) {
      const last = output.items.length - 1
      reasoning.close()
      message.close(isCut ? 'incomplete' : 'completed')
      calls.close(isCut ? last : undefined)
    },
  }
}

function writeImage(output: Output, event: Of<'media'>): void {
  // Sound has no output item.
  if (!event.mediaType.startsWith('image/')) return
  const id = nextId(output, 'ig')
  const item = { id, type: 'image_generation_call' }
  const index = addItem(output, { ...item, status: 'in_progress', result: null })
  const format = event.mediaType.slice('image/'.length)
  finishItem(output, index, { ...item, status: 'completed', output_format: format, result: event.data })
}
