import type { JsonObject } from '../../../contract/json.ts'
import { addItem, finishItem, nextId, type Output } from './items.ts'

interface OpenCall {
  readonly id: string
  readonly index: number
  readonly callId: string
  readonly name: string
  json: string
}

export interface CallWriter {
  start(call: { readonly call: number; readonly id: string; readonly name: string }): void
  write(call: number, json: string): void
  /** Ends all calls; the one at `cutIndex` of the output is incomplete. */
  close(cutIndex: number | undefined): void
}

/** Function calls stay open to the end, because chat providers may interleave the arguments of several. */
export function callWriter(output: Output): CallWriter {
  const open = new Map<number, OpenCall>()
  const append = (call: OpenCall, json: string) => {
    call.json += json
    output.emit('response.function_call_arguments.delta', { ...placeOf(call), delta: json })
  }
  return {
    start({ call, id, name }) {
      if (open.has(call)) return
      // Clients join calls and outputs by call_id, so it may not be missing.
      const callId = id === '' ? nextId(output, 'call') : id
      const itemId = nextId(output, 'fc')
      const started = { id: itemId, index: output.items.length, callId, name, json: '' }
      addItem(output, callItem(started, 'in_progress'))
      open.set(call, started)
    },
    write(number, json) {
      const call = open.get(number)
      if (call !== undefined && json !== '') append(call, json)
    },
    close(cutIndex) {
      for (const call of open.values()) {
        const isCut = call.index === cutIndex
        // No arguments at all is an empty object: clients parse what they get.
        if (call.json === '' && !isCut) append(call, '{}')
        output.emit('response.function_call_arguments.done', { ...placeOf(call), arguments: call.json })
        finishItem(output, call.index, callItem(call, isCut ? 'incomplete' : 'completed'))
      }
      open.clear()
    },
  }
}

function placeOf(call: OpenCall): JsonObject {
  return { item_id: call.id, output_index: call.index }
}

function callItem(call: OpenCall, status: string): JsonObject {
  return {
    id: call.id,
    type: 'function_call',
    status,
    arguments: call.json,
    call_id: call.callId,
    name: call.name,
  }
}
