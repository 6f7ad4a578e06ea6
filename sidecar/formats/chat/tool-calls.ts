import { createHash } from 'node:crypto'
import { countAt, type Json, type JsonObject, objectAt, stringAt } from '../../../contract/json.ts'
import type { AnswerEvent } from '../../conversation/answer.ts'

/** Some hosts send arguments as an object instead of its text. */
export function argumentsText(value: Json | undefined): string {
  if (typeof value === 'string') return value
  return value === undefined || value === null ? '' : JSON.stringify(value)
}

/** An id for a call that came without: the same for the same answer, another in every other answer. */
export function madeUpCallId(answerId: string, choice: number, call: number): string {
  const hash = createHash('sha256').update(answerId).digest('hex').slice(0, 16)
  return `call_${hash}_${choice}_${call}`
}

/** Gemini through its OpenAI-compatible host. */
export function callSignature(call: Json): { signature?: string; issuer?: 'google' } {
  const signature = stringAt(objectAt(objectAt(call, 'extra_content'), 'google'), 'thought_signature')
  return signature === undefined ? {} : { signature, issuer: 'google' }
}

interface OpenCall {
  readonly call: number
  /** The index the host gave, or undefined. */
  readonly index: number | undefined
  id: string
  name: string
  /** What came so far: held back until the name is known, then kept to see where a call is complete. */
  json: string
  isAnnounced: boolean
}

/**
 * Puts the pieces of streamed tool calls together. Hosts leave out the index or say 0 for every call, leave
 * out ids, make a new id for every piece, or repeat the name with every piece.
 */
export class ToolCallReader {
  readonly #choice: number
  readonly #answerId: () => string
  readonly #calls: OpenCall[] = []

  constructor(choice: number, answerId: () => string) {
    this.#choice = choice
    this.#answerId = answerId
  }

  get count(): number {
    return this.#calls.length
  }

  read(piece: JsonObject): AnswerEvent[] {
    const called = objectAt(piece, 'function')
    const id = stringAt(piece, 'id') ?? ''
    const name = stringAt(called, 'name') ?? ''
    const json = argumentsText(called?.['arguments'])
    const index = countAt(piece, 'index')
    const call = this.#find({ index, id, name, json }) ?? this.#add(index, id)
    if (call.name === '') call.name = name
    return this.#say(call, json, piece)
  }

  /** Nothing is said of a call before its name is known. */
  #say(call: OpenCall, json: string, piece: JsonObject): AnswerEvent[] {
    call.json += json
    const { name } = call
    if (name === '') return []
    const place = { choice: this.#choice, call: call.call }
    if (call.isAnnounced) return json === '' ? [] : [{ type: 'tool_arguments', ...place, json }]
    call.isAnnounced = true
    if (call.id === '') call.id = madeUpCallId(this.#answerId(), place.choice, place.call)
    const events: AnswerEvent[] = [
      { type: 'tool_call', ...place, id: call.id, name, ...callSignature(piece) },
    ]
    if (call.json !== '') events.push({ type: 'tool_arguments', ...place, json: call.json })
    return events
  }

  #add(index: number | undefined, id: string): OpenCall {
    const call = { call: this.#calls.length, index, id, name: '', json: '', isAnnounced: false }
    this.#calls.push(call)
    return call
  }

  /** The call a piece continues; undefined when it begins another. */
  #find(piece: { index: number | undefined; id: string; name: string; json: string }): OpenCall | undefined {
    if (piece.id !== '') {
      const known = this.#calls.findLast((call) => call.id === piece.id)
      if (known !== undefined) return known
    }
    const last =
      piece.index === undefined
        ? this.#calls.at(-1)
        : this.#calls.findLast((call) => call.index === piece.index)
    if (last === undefined || piece.name === '' || last.name === '') return last
    // A name again: the host repeats it with every piece, or a new call has the same index.
    if (piece.name !== last.name || (piece.id !== '' && last.id !== '')) return undefined
    return isComplete(last.json) ? undefined : last
  }
}

function isComplete(json: string): boolean {
  if (!json.trimEnd().endsWith('}')) return false
  try {
    JSON.parse(json)
    return true
  } catch {
    return false
  }
}
