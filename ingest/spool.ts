import { type FileHandle, mkdir, open, readdir, readFile, rename, truncate, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeFrames } from './frames.ts'

/** A segment is sealed at whichever comes first; a sealed one is immutable and ships as one batch. */
const segmentRecordsMax = 10_000
const segmentBytesMax = 4 * 1_048_576

/**
 * The directory of segment files. One writer per process; `<start>-<boot>-<n>.open` is being written,
 * `.seg` is sealed. Names sort by time.
 */
export class Spool {
  readonly #directory: string
  readonly #boot: string
  #number = 0
  #file: FileHandle | undefined
  #path = ''
  #bytes = 0
  #records = 0

  constructor(directory: string, boot: string) {
    this.#directory = directory
    this.#boot = boot
  }

  /** Appends and makes durable; resolves only when the records would survive a power cut. */
  async append(frames: readonly Buffer[], records: number): Promise<void> {
    const file = this.#file ?? (await this.#openNext())
    const before = this.#bytes
    try {
      const { bytesWritten } = await file.writev(frames as Buffer[])
      await file.datasync()
      this.#bytes += bytesWritten
      this.#records += records
    } catch (error) {
      // A half-written batch would be a torn tail in the middle of the file once writing works again.
      await file.truncate(before).catch(() => {})
      throw error
    }
    if (this.#records >= segmentRecordsMax || this.#bytes >= segmentBytesMax) await this.seal()
  }

  /** Ends the current segment, if it holds anything. */
  async seal(): Promise<void> {
    const file = this.#file
    if (file === undefined) return
    this.#file = undefined
    await file.close()
    if (this.#records === 0) await unlink(this.#path)
    else await rename(this.#path, this.#path.replace(/\.open$/, '.seg'))
    await syncDirectory(this.#directory)
  }

  async #openNext(): Promise<FileHandle> {
    this.#number += 1
    const name = `${String(Date.now()).padStart(14, '0')}-${this.#boot}-${String(this.#number).padStart(6, '0')}.open`
    this.#path = join(this.#directory, name)
    this.#file = await open(this.#path, 'ax', 0o600)
    this.#bytes = 0
    this.#records = 0
    await syncDirectory(this.#directory)
    return this.#file
  }
}

export interface Recovered {
  readonly segments: number
  readonly tornTails: number
}

/**
 * Seals what earlier processes left open: a torn tail is cut off at the last good frame. Files of processes
 * that still run are left alone.
 */
export async function recover(directory: string, isAlive: (pid: number) => boolean): Promise<Recovered> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  let segments = 0
  let tornTails = 0
  for (const name of await readdir(directory)) {
    const pid = /-p(\d+)-\d+\.open$/.exec(name)?.[1]
    if (!name.endsWith('.open') || (pid !== undefined && isAlive(Number(pid)))) continue
    const path = join(directory, name)
    const bytes = await readFile(path)
    const { payloads, goodBytes } = decodeFrames(bytes)
    if (goodBytes < bytes.length) {
      tornTails += 1
      await truncate(path, goodBytes)
    }
    if (payloads.length === 0) {
      await unlink(path)
      continue
    }
    const file = await open(path, 'r+')
    await file.datasync()
    await file.close()
    await rename(path, path.replace(/\.open$/, '.seg'))
    segments += 1
  }
  await syncDirectory(directory)
  return { segments, tornTails }
}

/** A rename is durable only when its directory is. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
