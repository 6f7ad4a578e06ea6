import { join } from 'node:path'
import type { SpooledTable } from '../../contract/record.ts'
import { errorCode, type Files, writeWhole } from '../files.ts'

/** Rows that the warehouse refuses are few; when it refuses everything, the disk must not fill up with them. */
const filesMax = 100_000

export interface PoisonRow {
  /** Of the batch it came with. */
  readonly token: string
  readonly table: SpooledTable | 'unknown'
  readonly columns: number
  /** Place in its insert. */
  readonly index: number
  /** The name of the warehouse's error, or ours. */
  readonly reason: string
  /** Column that could not be read, where the warehouse says so. */
  readonly column: string
  /** The row as it lay in the spool. */
  readonly row: string
}

export const quarantineOf = (spoolDirectory: string) => join(spoolDirectory, 'quarantine')
export const isPoisonFile = (name: string) => name.endsWith('.json')

/**
 * Rows that were refused, a file each, so that a row that is put here twice is here once. They are the
 * records themselves: whoever may read the spool may read them.
 */
export class Quarantine {
  readonly #directory: string
  readonly #files: Files
  #count: number | undefined

  constructor(spoolDirectory: string, files: Files) {
    this.#directory = quarantineOf(spoolDirectory)
    this.#files = files
  }

  /** False when there are too many already: then the row is lost. */
  async put(poison: PoisonRow): Promise<boolean> {
    await this.#files.mkdir(this.#directory)
    this.#count ??= (await this.#names()).length
    if (this.#count >= filesMax) return false
    const name = `${poison.token}~${poison.table}~${String(poison.index).padStart(6, '0')}.json`
    const bytes = Buffer.from(`${JSON.stringify(poison)}\n`)
    await writeWhole(join(this.#directory, name), bytes, this.#files)
    this.#count += 1
    return true
  }

  /** Bytes behind the last good frame of a sealed segment: a disk that lost what it had promised. */
  async putDamaged(segment: string, bytes: Buffer): Promise<void> {
    await this.#files.mkdir(this.#directory)
    await writeWhole(join(this.#directory, `${segment}.damaged`), bytes, this.#files)
  }

  /** Everything of one batch, also what was put here before a crash. */
  async ofBatch(token: string): Promise<PoisonRow[]> {
    const names = (await this.#names()).filter((name) => name.startsWith(`${token}~`)).sort()
    const contents = await Promise.all(names.map((name) => this.#files.readFile(join(this.#directory, name))))
    return contents.map((bytes) => JSON.parse(bytes.toString('utf8')) as PoisonRow)
  }

  async #names(): Promise<string[]> {
    try {
      return (await this.#files.readdir(this.#directory)).filter(isPoisonFile)
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return []
      throw error
    }
  }
}
