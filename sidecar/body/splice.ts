import type { BodyEdit } from '../providers/provider.ts'
import type { KeyRange } from './json-scan.ts'

/** A member of the edited object: what is undefined is copied from its source. */
interface Slot {
  key: string
  keyJson: string | undefined
  valueJson: string | undefined
  /** Index among the original members; undefined for an inserted one. */
  readonly source: number | undefined
}

/**
 * Edits top-level members by splicing byte ranges: order, whitespace, huge numbers and everything not named
 * stay as they were. All duplicates of a name are edited, because readers disagree on which one counts.
 * Gives the pieces in their order: a large body is not copied for the sake of one name. The same Buffer alone
 * when nothing changes.
 */
export function spliceMembers(
  bytes: Buffer,
  keys: readonly KeyRange[],
  edits: readonly BodyEdit[],
): readonly Buffer[] {
  if (edits.length === 1 && edits[0] !== undefined && 'set' in edits[0]) {
    const replaced = withValue(bytes, keys, edits[0])
    if (replaced !== undefined) return replaced
  }
  let slots: Slot[] = keys.map(({ name: key }, source) => ({
    key,
    keyJson: undefined,
    valueJson: undefined,
    source,
  }))
  for (const edit of edits) {
    if ('set' in edit) set(slots, edit.set, edit.json)
    else if ('remove' in edit) slots = slots.filter((slot) => slot.key !== edit.remove)
    else slots = rename(slots, edit.rename, edit.to)
  }
  return write(bytes, keys, slots)
}

/** By far the most frequent edit, the name of the model: one value in place of another. */
function withValue(
  bytes: Buffer,
  keys: readonly KeyRange[],
  edit: { readonly set: string; readonly json: string },
): readonly Buffer[] | undefined {
  let only: KeyRange | undefined
  for (const member of keys) {
    if (member.name !== edit.set) continue
    if (only !== undefined) return undefined
    only = member
  }
  if (only === undefined) return undefined
  if (isSame(bytes, only, edit.json)) return [bytes]
  return [bytes.subarray(0, only.valueStart), Buffer.from(edit.json), bytes.subarray(only.valueEnd)]
}

function set(slots: Slot[], key: string, json: string): void {
  let isPresent = false
  for (const slot of slots) {
    if (slot.key !== key) continue
    slot.valueJson = json
    isPresent = true
  }
  if (!isPresent) slots.push({ key, keyJson: JSON.stringify(key), valueJson: json, source: undefined })
}

/** A member that already has the new name gives way: two of them would be read differently by different hosts. */
function rename(slots: Slot[], from: string, to: string): Slot[] {
  if (from === to || !slots.some((slot) => slot.key === from)) return slots
  const kept = slots.filter((slot) => slot.key !== to)
  for (const slot of kept) {
    if (slot.key !== from) continue
    slot.key = to
    slot.keyJson = JSON.stringify(to)
  }
  return kept
}

function write(bytes: Buffer, keys: readonly KeyRange[], slots: readonly Slot[]): readonly Buffer[] {
  const writer = new RangeWriter(bytes)
  const headEnd = keys[0]?.keyStart ?? bytes.indexOf('{') + 1
  writer.copy(0, headEnd)
  slots.forEach((slot, index) => {
    const member = slot.source === undefined ? undefined : keys[slot.source]
    const before = slot.source === undefined ? undefined : keys[slot.source - 1]
    if (member === undefined) {
      writer.text(`${index > 0 ? ',' : ''}${slot.keyJson}:${slot.valueJson}`)
      return
    }
    if (index > 0 && before !== undefined) writer.copy(before.valueEnd, member.keyStart)
    if (slot.keyJson === undefined) writer.copy(member.keyStart, member.keyEnd)
    else writer.text(slot.keyJson)
    writer.copy(member.keyEnd, member.valueStart)
    if (slot.valueJson === undefined || isSame(bytes, member, slot.valueJson)) {
      writer.copy(member.valueStart, member.valueEnd)
    } else writer.text(slot.valueJson)
  })
  writer.copy(keys.at(-1)?.valueEnd ?? headEnd, bytes.length)
  return writer.finish()
}

/** Often the model is set to what it already is; then a large body need not be copied. */
function isSame(bytes: Buffer, member: KeyRange, json: string): boolean {
  const length = member.valueEnd - member.valueStart
  return (
    length === Buffer.byteLength(json) && bytes.toString('utf8', member.valueStart, member.valueEnd) === json
  )
}

/** Joins adjacent copies, so that an edit costs a few pieces however many members there are. */
class RangeWriter {
  readonly #bytes: Buffer
  readonly #pieces: Buffer[] = []
  #start = 0
  #end = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  copy(start: number, end: number): void {
    if (start !== this.#end) {
      this.#flush()
      this.#start = start
    }
    this.#end = end
  }

  text(text: string): void {
    this.#flush()
    this.#start = this.#end
    this.#pieces.push(Buffer.from(text))
  }

  finish(): readonly Buffer[] {
    if (this.#pieces.length === 0 && this.#end - this.#start === this.#bytes.length) return [this.#bytes]
    this.#flush()
    return this.#pieces
  }

  #flush(): void {
    if (this.#end > this.#start) this.#pieces.push(this.#bytes.subarray(this.#start, this.#end))
    this.#start = this.#end
  }
}
