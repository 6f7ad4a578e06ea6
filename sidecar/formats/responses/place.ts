import { countAt, isObject, type JsonObject, objectAt, stringAt } from '../../../contract/json.ts'
import type { ResponsesPosition } from '../../conversation/position.ts'

const failures: ReadonlySet<string> = new Set(['error', 'response.failed', 'response.cancelled'])

/** Where a stream of a Response stands: for whoever has to go on with it when its provider is gone. */
export class Place {
  #response: JsonObject | undefined
  /** Number of the next event. */
  #sequence = 0
  readonly #items: JsonObject[] = []
  #item: JsonObject | undefined
  #chars = 0
  #hasOpenPart = false
  /** Items are written side by side: nobody can go on with all of them. */
  #isTangled = false
  /** The open item has several parts, of which only the last is known. */
  #isSplit = false

  /** An event that is not parsed, because others say the same. */
  pass(type: string): void {
    this.#sequence += 1
    if (type.endsWith('part.added')) this.#openPart()
    else if (type.endsWith('part.done')) this.#closePart()
  }

  note(type: string, data: JsonObject): void {
    // The caller does not get an error that somebody can go on after.
    if (isObject(data['error']) || failures.has(type)) return
    this.#sequence = (countAt(data, 'sequence_number') ?? this.#sequence) + 1
    switch (type) {
      case 'response.output_text.delta':
      case 'response.reasoning_summary_text.delta':
        this.#hasOpenPart = true
        this.#chars += stringAt(data, 'delta')?.length ?? 0
        break
      case 'response.created':
        this.#response = objectAt(data, 'response')
        break
      case 'response.output_item.added':
        this.#open(data)
        break
      case 'response.output_item.done':
        this.#close(data)
        break
      case 'response.content_part.added':
      case 'response.reasoning_summary_part.added':
        this.#openPart()
        break
      case 'response.content_part.done':
      case 'response.reasoning_summary_part.done':
        this.#closePart()
        break
      default:
        break
    }
  }

  position(): ResponsesPosition | undefined {
    if (this.#response === undefined || this.#isTangled || this.#isSplit) return undefined
    return {
      format: 'responses',
      response: this.#response,
      sequence: this.#sequence,
      items: this.#items,
      open: this.#item && { item: this.#item, chars: this.#chars, hasOpenPart: this.#hasOpenPart },
    }
  }

  #open(data: JsonObject): void {
    if (this.#item !== undefined || (countAt(data, 'output_index') ?? 0) !== this.#items.length)
      this.#isTangled = true
    this.#item = objectAt(data, 'item')
    this.#isSplit = false
    this.#chars = 0
    this.#hasOpenPart = false
  }

  #close(data: JsonObject): void {
    const item = objectAt(data, 'item')
    if (item !== undefined) this.#items.push(item)
    this.#item = undefined
    this.#isSplit = false
  }

  #openPart(): void {
    if (this.#chars > 0) this.#isSplit = true
    this.#hasOpenPart = true
  }

  #closePart(): void {
    this.#hasOpenPart = false
  }
}
