import { join } from 'node:path'
import { DiskCap } from './disk-cap.ts'
import { errorCode, type Files, nodeFiles } from './files.ts'
import { parseSegmentName, sealedEnding } from './segment-name.ts'
import { claimedEnding } from './ship/claim.ts'
import type { ShipperFigures } from './ship/figures.ts'
import { readStatus } from './ship/status.ts'

/** How a spool stands, for those who are neither its writer nor its shipper. */
export interface SpoolState {
  readonly segments: number
  readonly bytes: number
  /** When the oldest that is not acknowledged was opened; undefined when nothing waits. */
  readonly oldestMs: number | undefined
  /** What the shipper last said, and when; undefined when there has been none. */
  readonly shipper: { readonly figures: ShipperFigures; readonly atMs: number } | undefined
}

export class SpoolWatch {
  readonly #directory: string
  readonly #files: Files
  readonly #cap: DiskCap

  constructor(directory: string, files: Files = nodeFiles) {
    this.#directory = directory
    this.#files = files
    this.#cap = new DiskCap({
      ...{ directory, files, bytesMax: Number.POSITIVE_INFINITY, full: 'refuse' },
      onDropped: () => {},
    })
  }

  async look(): Promise<SpoolState> {
    await this.#cap.enforce().catch(ignoreMissing)
    const sealed = this.#cap.waiting()
    const claimed = await this.#claimed()
    const times = [sealed.oldestMs, claimed.oldestMs].filter((ms) => ms !== undefined)
    return {
      segments: sealed.segments + claimed.segments,
      bytes: sealed.bytes + claimed.bytes,
      oldestMs: times.length === 0 ? undefined : Math.min(...times),
      shipper: await readStatus(this.#directory, this.#files),
    }
  }

  /** What is on its way; a few segments at most. */
  async #claimed() {
    const all = await this.#files.readdir(this.#directory).catch(() => [])
    const names = all.filter((name) => name.endsWith(claimedEnding)).sort()
    let bytes = 0
    for (const name of names) {
      const stat = await this.#files.stat(join(this.#directory, name)).catch(() => undefined)
      bytes += stat?.size ?? 0
    }
    const [oldest] = names
    const sealedName = oldest?.replace(claimedEnding, sealedEnding) ?? ''
    return { segments: names.length, bytes, oldestMs: parseSegmentName(sealedName)?.openedMs }
  }
}

/** No directory, no records. */
function ignoreMissing(error: unknown): void {
  if (errorCode(error) !== 'ENOENT') throw error
}
