import { type JsonObject, stringAt } from '../../../contract/json.ts'
import type { StreamPosition } from '../../conversation/position.ts'
import type { AnswerFrame, AnswerStreamWriter } from '../dialect.ts'
import { draftAnswer } from './answer.ts'
import { sseFrame } from './error.ts'

/** Every item and part is opened and closed by events of its own; one terminal event ends it, no [DONE]. */
export function streamWriter(frame: AnswerFrame, at?: StreamPosition): AnswerStreamWriter {
  const resumed = at?.wire?.format === 'responses' ? { ...at.wire, openText: at.openText } : undefined
  let sequence = resumed?.sequence ?? 0
  let frames = ''
  let state: 'new' | 'open' | 'over' = resumed === undefined ? 'new' : 'open'
  const emit = (type: string, fields: JsonObject) => {
    frames += sseFrame(type, { type, sequence_number: sequence, ...fields })
    sequence += 1
  }
  const draft = draftAnswer(frame, emit, resumed)
  const open = () => {
    if (state !== 'new') return
    state = 'open'
    emit('response.created', { response: draft.opening() })
    emit('response.in_progress', { response: draft.opening() })
  }
  const terminate = () => {
    if (state === 'over') return
    open()
    state = 'over'
    const response = draft.response()
    emit(`response.${stringAt(response, 'status')}`, { response })
  }
  const take = () => {
    const taken = frames
    frames = ''
    return taken
  }
  return {
    write(event) {
      if (state === 'over' || event.type === 'end') return ''
      open()
      draft.onEvent(event)
      if (event.type === 'error') terminate()
      return take()
    },
    end() {
      terminate()
      return take()
    },
  }
}
