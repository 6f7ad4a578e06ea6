import { type JsonObject, stringAt } from '../../../contract/json.ts'
import type { OpenItem } from '../../conversation/position.ts'

/** One event of the stream, without its sequence number; an unstreamed answer has no use for them. */
export type Emit = (type: string, fields: JsonObject) => void

/** The output items of one answer, in order. Open items hold their place. */
export interface Output {
  readonly items: JsonObject[]
  /** The request id in the form ids may take: what makes them the same streamed and not. */
  readonly token: string
  readonly emit: Emit
}

export function addItem(output: Output, item: JsonObject): number {
  const index = output.items.push(item) - 1
  output.emit('response.output_item.added', { output_index: index, item })
  return index
}

export function finishItem(output: Output, index: number, item: JsonObject): void {
  output.items[index] = item
  output.emit('response.output_item.done', { output_index: index, item })
}

/** What somebody else has written of an answer, and has not ended. */
export interface Begun {
  readonly items: readonly JsonObject[]
  readonly open: OpenItem | undefined
  readonly openText: string
}

/** An item that goes on under the id and in the place its writer gave it. */
export interface Inherited {
  readonly type: string
  readonly id: string
  readonly index: number
  readonly text: string
  readonly hasOpenPart: boolean
}

export function inherit(output: Output, begun: Begun | undefined): Inherited | undefined {
  if (begun?.open === undefined) return undefined
  const { item, hasOpenPart } = begun.open
  const index = output.items.push(item) - 1
  const { type, id } = { type: stringAt(item, 'type') ?? '', id: stringAt(item, 'id') ?? '' }
  return { type, id, index, text: begun.openText, hasOpenPart }
}

export function nextId(output: Output, prefix: 'msg' | 'fc' | 'rs' | 'ig' | 'call'): string {
  return `${prefix}_${output.token}_${output.items.length}`
}

export function tokenOf(requestId: string): string {
  return requestId.replaceAll(/[^A-Za-z0-9]/g, '').slice(0, 40)
}
