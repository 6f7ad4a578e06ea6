import { join } from 'node:path'
import { errorCode, type Files, type OpenFile, writeAll } from './files.ts'
import type { Owner } from './owner.ts'
import { openEnding, sealedPath, segmentName } from './segment-name.ts'

/** A segment is sealed at whichever comes first; a sealed one is immutable and ships as one batch. */
export const segmentRecordsMax = 10_000
export const segmentBytesMax = 4 * 1_048_576
/** A record waits at most this long in an open segment before it may be shipped. */
export const segmentAgeMsMax = 1000

interface Segment {
  readonly path: string
  readonly sealDueMs: number
  /** Undefined once closed, when only the rename is left to do. */
  file: OpenFile | undefined
  isEntryDurable: boolean
  /** The durable part. */
  bytes: number
  records: number
  /** How far anything was ever written; beyond `bytes` lies what is left of a batch that failed. */
  extentBytes: number
}

export interface SpoolOptions {
  readonly directory: string
  readonly boot: string
  readonly owner: Owner
  readonly files: Files
  readonly nowMs: () => number
  /** Goes on when the wall clock is set back. */
  readonly steadyMs: () => number
  /** Somebody removed a segment while it was written. */
  readonly onVanished: (records: number) => void
}

/**
 * Writes segments, one at a time. A batch that failed leaves its remains behind the durable part; written
 * again, it lands on the same place, so it is neither doubled nor lost. Callers wait for one call to end
 * before the next.
 */
export class Spool {
  readonly #options: SpoolOptions
  #number = 0
  #current: Segment | undefined

  constructor(options: SpoolOptions) {
    this.#options = options
  }

  /** When the current segment has to be sealed, on the steady clock; undefined when none is open. */
  get sealDueMs(): number | undefined {
    const segment = this.#current
    if (segment === undefined) return undefined
    return hasRoom(segment, 1, 1) ? segment.sealDueMs : 0
  }

  /**
   * Appends and makes durable; resolves only when the records would survive a power cut. Sealing is a step of
   * its own: were it part of this one, its failure would have a durable batch written again.
   */
  async append(batch: Buffer, records: number): Promise<void> {
    if (this.#current !== undefined && !hasRoom(this.#current, batch.length, records)) await this.seal()
    const { segment, file } = await this.#writable()
    const end = segment.bytes + batch.length
    segment.extentBytes = Math.max(segment.extentBytes, end)
    await writeAll(file, batch, segment.bytes)
    await file.datasync()
    segment.bytes = end
    segment.records += records
  }

  /** Ends the current segment. After an error it goes on, when called again, where it stopped. */
  async seal(): Promise<void> {
    const { directory, files } = this.#options
    const segment = this.#current
    if (segment === undefined) return
    await this.#closeCurrent(segment)
    try {
      if (segment.records === 0) await files.unlink(segment.path)
      else await files.rename(segment.path, sealedPath(segment.path))
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error
      if (segment.records > 0) this.#options.onVanished(segment.records)
    }
    this.#current = undefined
    await files.syncDirectory(directory)
  }

  async #closeCurrent(segment: Segment): Promise<void> {
    if (segment.file === undefined) return
    if (segment.records > 0 && segment.extentBytes > segment.bytes) await this.#cutBack(segment, segment.file)
    // Everything in it is durable already, so nothing depends on how closing goes.
    await segment.file.close().catch(() => {})
    segment.file = undefined
  }

  async #cutBack(segment: Segment, file: OpenFile): Promise<void> {
    try {
      await file.truncate(segment.bytes)
      await file.datasync()
    } catch {
      await this.#replaceByCopy(segment)
    }
    segment.extentBytes = segment.bytes
  }

  /** The file can't even be cut: a copy of its good part takes its place. */
  async #replaceByCopy(segment: Segment): Promise<void> {
    const { files } = this.#options
    const good = (await files.readFile(segment.path)).subarray(0, segment.bytes)
    const path = `${segment.path}.copy`
    const copy = await files.open(path, 'w')
    try {
      await writeAll(copy, good, 0)
      await copy.datasync()
    } finally {
      await copy.close().catch(() => {})
    }
    await files.rename(path, segment.path)
  }

  async #writable(): Promise<{ segment: Segment; file: OpenFile }> {
    if (this.#current !== undefined && this.#current.file === undefined) await this.seal()
    this.#current ??= await this.#openNext()
    const segment = this.#current
    if (!segment.isEntryDurable) {
      await this.#options.files.syncDirectory(this.#options.directory)
      segment.isEntryDurable = true
    }
    if (segment.file === undefined) throw new Error('a segment that was just opened is closed')
    return { segment, file: segment.file }
  }

  async #openNext(): Promise<Segment> {
    const { directory, boot, owner, files, nowMs, steadyMs } = this.#options
    this.#number += 1
    const path = join(
      directory,
      segmentName({ openedMs: nowMs(), boot, owner, number: this.#number }) + openEnding,
    )
    const file = await files.open(path, 'wx').catch(async (error: unknown) => {
      if (errorCode(error) !== 'ENOENT') throw error
      await files.mkdir(directory)
      return files.open(path, 'wx')
    })
    const sealDueMs = steadyMs() + segmentAgeMsMax
    return { path, sealDueMs, file, isEntryDurable: false, bytes: 0, records: 0, extentBytes: 0 }
  }
}

function hasRoom(segment: Segment, bytes: number, records: number): boolean {
  // A batch larger than a whole segment still has to go somewhere.
  if (segment.records === 0) return true
  return segment.bytes + bytes <= segmentBytesMax && segment.records + records <= segmentRecordsMax
}
