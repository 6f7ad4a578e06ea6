import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { errorCode, type Files, writeAll } from '../files.ts'
import { livenessOf, type Owner } from '../owner.ts'

const fileName = 'shipper.lock'
/** Of a process that can't be asked whether it runs: it renews its lock more often than this. */
const abandonedAfterMs = 60_000
export const renewEveryMs = 15_000

/** Two shippers of one directory would use one claim: only one works, the other waits for its turn. */
export class Lock {
  readonly #path: string
  readonly #files: Files
  readonly #self: Owner
  readonly #id = randomUUID()

  constructor(directory: string, files: Files, self: Owner) {
    this.#path = join(directory, fileName)
    this.#files = files
    this.#self = self
  }

  /** False while another process holds it. */
  async take(nowMs: number): Promise<boolean> {
    if (await this.#create()) return true
    const holder = await this.#read()
    if (!(await this.#isAbandoned(holder, nowMs))) return false
    await this.#putAside(holder?.id)
    return this.#create()
  }

  /** Somebody else may have been faster with the same thought; then it is a live lock, and goes back. */
  async #putAside(abandonedId: string | undefined): Promise<void> {
    const aside = `${this.#path}.${this.#id}`
    try {
      await this.#files.rename(this.#path, aside)
      if ((await this.#read(aside))?.id === abandonedId) await this.#files.unlink(aside)
      else await this.#files.rename(aside, this.#path)
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error
    }
  }

  /** False when somebody else has it by now, who thought this process dead. */
  async renew(): Promise<boolean> {
    if ((await this.#read())?.id !== this.#id) return false
    const file = await this.#files.open(this.#path, 'r+')
    try {
      await writeAll(file, this.#bytes(), 0)
    } finally {
      await file.close()
    }
    return true
  }

  async release(): Promise<void> {
    if ((await this.#read())?.id === this.#id) await this.#unlink()
  }

  async #create(): Promise<boolean> {
    try {
      const file = await this.#files.open(this.#path, 'wx')
      try {
        await writeAll(file, this.#bytes(), 0)
      } finally {
        await file.close()
      }
      return (await this.#read())?.id === this.#id
    } catch (error) {
      if (errorCode(error) === 'EEXIST') return false
      throw error
    }
  }

  async #isAbandoned(holder: { owner: Owner } | undefined, nowMs: number): Promise<boolean> {
    const liveness = holder === undefined ? 'unknown' : livenessOf(holder.owner, this.#self)
    if (liveness !== 'unknown') return liveness === 'dead'
    try {
      return nowMs - (await this.#files.stat(this.#path)).mtimeMs > abandonedAfterMs
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return true
      throw error
    }
  }

  /** Undefined when there is none, or a crash left half of one. */
  async #read(path = this.#path): Promise<{ id: string; owner: Owner } | undefined> {
    try {
      return JSON.parse((await this.#files.readFile(path)).toString('utf8')) as {
        id: string
        owner: Owner
      }
    } catch (error) {
      if (errorCode(error) === 'ENOENT' || error instanceof SyntaxError) return undefined
      throw error
    }
  }

  #bytes(): Buffer {
    return Buffer.from(`${JSON.stringify({ id: this.#id, owner: this.#self })}\n`)
  }

  async #unlink(): Promise<void> {
    try {
      await this.#files.unlink(this.#path)
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error
    }
  }
}
