import { dirname, join } from 'node:path'
import { errorCode, type Files, writeWhole } from '../files.ts'
import { FrameBatch } from '../frames.ts'
import type { Owner } from '../owner.ts'
import { tableTags } from '../payload.ts'
import { sealedEnding, segmentName } from '../segment-name.ts'
import { auditLines } from './audit-rows.ts'
import { type PoisonRow, quarantineOf } from './quarantine.ts'

export interface ReturningRow {
  /** Its file in the quarantine. */
  readonly name: string
  readonly poison: PoisonRow
}

/** What is on its way back: the segment that the rows are in, and the files they came from. */
interface Return {
  readonly segment: string
  readonly names: readonly string[]
}

const framesName = 'returning.frames'
const listName = 'returning.list'

/**
 * Rows go from the quarantine into a segment of the spool, once. First the segment is made aside, then it is written
 * down which files are in it; from then on its rename into the spool decides: with the frames still aside it has
 * not happened, without them it has, and the files can go.
 */
export class ReturnFile {
  readonly #options: { spool: string; files: Files; self: Owner; nowMs: () => number }
  #number = 0

  constructor(options: { spool: string; files: Files; self: Owner; nowMs: () => number }) {
    this.#options = options
  }

  async send(rows: readonly ReturningRow[]): Promise<void> {
    const { files, self, nowMs } = this.#options
    const openedMs = nowMs()
    this.#number += 1
    const boot = `${openedMs}-q`
    const segment = segmentName({ openedMs, boot, owner: self, number: this.#number })
    await writeWhole(this.#path(framesName), framesOf(rows, openedMs), files)
    const list: Return = { segment, names: rows.map(({ name }) => name) }
    await writeWhole(this.#path(listName), Buffer.from(JSON.stringify(list)), files)
    await this.finish()
  }

  /** Goes on where somebody stopped. */
  async finish(): Promise<void> {
    const { spool, files } = this.#options
    const list = await this.#list()
    if (list === undefined) return
    await this.#remove(framesName, (path) => files.rename(path, join(spool, list.segment + sealedEnding)))
    await files.syncDirectory(spool)
    await files.syncDirectory(dirname(this.#path(listName)))
    for (const name of list.names) await this.#remove(name, files.unlink)
    await files.syncDirectory(dirname(this.#path(listName)))
    await this.#remove(listName, files.unlink)
    await files.syncDirectory(dirname(this.#path(listName)))
  }

  async #list(): Promise<Return | undefined> {
    try {
      return JSON.parse(String(await this.#options.files.readFile(this.#path(listName)))) as Return
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined
      throw error
    }
  }

  /** What is gone was dealt with before. */
  async #remove(name: string, how: (path: string) => Promise<void>): Promise<void> {
    try {
      await how(this.#path(name))
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error
    }
  }

  #path(name: string): string {
    return join(quarantineOf(this.#options.spool), name)
  }
}

function framesOf(rows: readonly ReturningRow[], nowMs: number): Buffer {
  const batch = new FrameBatch()
  const poison = rows.map((row) => row.poison)
  for (const one of poison) batch.add(lineOf(one))
  for (const line of auditLines(poison, 'returned', nowMs)) batch.add(line)
  return Buffer.from(batch.bytes)
}

/** A line of a form that was unknown is there as a whole; by now it may be known. */
function lineOf({ table, columns, row }: PoisonRow): string {
  return table === 'unknown' ? row : `${tableTags[table]}${columns}${row}`
}
