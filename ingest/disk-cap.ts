import { join } from 'node:path'
import { errorCode, type Files } from './files.ts'
import { scanFrames } from './frames.ts'
import { parseSegmentName, sealedEnding } from './segment-name.ts'

export interface DiskCapOptions {
  readonly directory: string
  readonly bytesMax: number
  /** `refuse` drops nothing: whoever brings more is told that there is no room. */
  readonly full: 'drop' | 'refuse'
  readonly files: Files
  /** Called with the payloads of each segment that had to go. */
  readonly onDropped: (payloads: readonly Buffer[]) => void
}

export interface Waiting {
  readonly segments: number
  readonly bytes: number
  /** When the oldest was opened; undefined when none waits. */
  readonly oldestMs: number | undefined
}

/**
 * Keeps the sealed segments of a directory under a limit by dropping the oldest: while the warehouse can't
 * be reached for days, the disk must not fill up with what it will get.
 */
export class DiskCap {
  readonly #options: DiskCapOptions
  /** Sealed segments don't change, so each is asked for its size only once. */
  #sizes: ReadonlyMap<string, number> = new Map()

  constructor(options: DiskCapOptions) {
    this.#options = options
  }

  /** As of the last look. */
  waiting(): Waiting {
    const [oldest] = this.#sizes.keys()
    const oldestMs = oldest === undefined ? undefined : parseSegmentName(oldest)?.openedMs
    return { segments: this.#sizes.size, bytes: sumOf(this.#sizes), oldestMs }
  }

  async enforce(): Promise<void> {
    const sizes = await this.#look()
    let bytes = sumOf(sizes)
    for (const [name, size] of sizes) {
      if (this.#options.full === 'refuse') break
      if (bytes <= this.#options.bytesMax) break
      await this.#drop(name)
      sizes.delete(name)
      bytes -= size
    }
    this.#sizes = sizes
  }

  /** Oldest first. */
  async #look(): Promise<Map<string, number>> {
    const { directory, files } = this.#options
    const sizes = new Map<string, number>()
    const names = (await files.readdir(directory)).filter((name) => name.endsWith(sealedEnding)).sort()
    for (const name of names) {
      const size = this.#sizes.get(name) ?? (await sizeOf(join(directory, name), files))
      if (size !== undefined) sizes.set(name, size)
    }
    return sizes
  }

  async #drop(name: string): Promise<void> {
    const { directory, files, onDropped } = this.#options
    const path = join(directory, name)
    try {
      const payloads: Buffer[] = []
      scanFrames(await files.readFile(path), (payload) => payloads.push(payload))
      await files.unlink(path)
      onDropped(payloads)
    } catch (error) {
      // Shipped in the meantime, or dropped by another process of this directory.
      if (errorCode(error) !== 'ENOENT') throw error
    }
  }
}

async function sizeOf(path: string, files: Files): Promise<number | undefined> {
  try {
    return (await files.stat(path)).size
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

function sumOf(sizes: ReadonlyMap<string, number>): number {
  let sum = 0
  for (const size of sizes.values()) sum += size
  return sum
}
