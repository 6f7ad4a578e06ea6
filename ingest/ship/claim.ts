import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { errorCode, type Files, writeWhole } from '../files.ts'
import { sealedEnding } from '../segment-name.ts'

/** A sealed segment that is part of the claim; the disk limit looks only at `.seg`. */
export const claimedEnding = '.sending'
const fileName = 'lane.json'

/** How far the rows of one insert have come, when the warehouse refused it as a whole. */
export interface Progress {
  /** Rows before this one are in the warehouse or in quarantine. */
  readonly settled: number
  /** Parts that were refused and are not settled yet: they are never sent whole again, only their halves. */
  readonly refused: readonly RefusedPart[]
}

export interface RefusedPart {
  readonly from: number
  readonly to: number
  readonly reason: string
  readonly column: string
}

/**
 * What is on its way. It is on the disk before the first byte is sent, so that whoever goes on after a crash
 * sends the same rows under the same token, whatever lies in the directory by then.
 */
export interface Claim {
  /** This directory, for a receiver of many. */
  readonly lane: string
  /** Grows with each claim. */
  readonly number: number
  /** By what the warehouse knows it: the name of its first segment. */
  readonly token: string
  readonly madeMs: number
  /** Names without ending; empty when nothing is on its way. */
  readonly segments: readonly string[]
  readonly progress: Readonly<Record<string, Progress>>
}

/** The one claim of a directory. One process at a time uses it: see `lock.ts`. */
export class ClaimFile {
  readonly #directory: string
  readonly #files: Files
  #claim: Claim

  private constructor(directory: string, files: Files, claim: Claim) {
    this.#directory = directory
    this.#files = files
    this.#claim = claim
  }

  static async open(directory: string, files: Files): Promise<ClaimFile> {
    const claim = (await readClaim(join(directory, fileName), files)) ?? emptyClaim()
    const file = new ClaimFile(directory, files, claim)
    await file.#takeSegments()
    return file
  }

  /** Of the batch that is on its way, for others to read; undefined when none is. */
  static async tokenUnderWay(directory: string, files: Files): Promise<string | undefined> {
    const { token = '', segments = [] } = (await readClaim(join(directory, fileName), files)) ?? {}
    // What has arrived is removed, and the claim says so only with the next one.
    const there = new Set(await files.readdir(directory))
    return segments.some((name) => there.has(name + claimedEnding)) ? token : undefined
  }

  get claim(): Claim {
    return this.#claim
  }

  get isEmpty(): boolean {
    return this.#claim.segments.length === 0
  }

  /** Takes sealed segments, oldest first. Those that the disk limit was faster with are not part of it. */
  async begin(segments: readonly string[], nowMs: number): Promise<void> {
    const [token = ''] = segments
    const { lane, number } = this.#claim
    await this.#write({ lane, number: number + 1, token, madeMs: nowMs, segments, progress: {} })
    await this.#takeSegments()
  }

  async setProgress(part: string, progress: Progress): Promise<void> {
    await this.#write({ ...this.#claim, progress: { ...this.#claim.progress, [part]: progress } })
  }

  /** Everything of the claim has arrived. */
  async finish(): Promise<void> {
    for (const name of this.#claim.segments) await this.#unlink(this.#claimedPath(name))
    this.#claim = { ...this.#claim, segments: [], progress: {} }
  }

  /** Two directories that are copies of each other can't be told apart by a receiver: this one gets a new name. */
  async renameLane(): Promise<void> {
    await this.#write({ ...this.#claim, lane: randomUUID(), number: 1 })
  }

  /** In the order of the claim. */
  async readSegments(): Promise<{ name: string; bytes: Buffer }[]> {
    const read = async (name: string) => ({
      name,
      bytes: await this.#files.readFile(this.#claimedPath(name)),
    })
    return Promise.all(this.#claim.segments.map(read))
  }

  /** A rename decides between this claim and the disk limit. What is in neither place by now is not sent. */
  async #takeSegments(): Promise<void> {
    const there: string[] = []
    for (const name of this.#claim.segments) {
      if (await this.#take(name)) there.push(name)
    }
    const missing = this.#claim.segments.length - there.length
    if (missing > 0) await this.#write({ ...this.#claim, segments: there })
  }

  async #take(name: string): Promise<boolean> {
    const { rename, stat } = this.#files
    try {
      await rename(join(this.#directory, name + sealedEnding), this.#claimedPath(name))
      return true
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error
    }
    try {
      await stat(this.#claimedPath(name))
      return true
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error
      return false
    }
  }

  async #write(claim: Claim): Promise<void> {
    const bytes = Buffer.from(`${JSON.stringify(claim)}\n`)
    await writeWhole(join(this.#directory, fileName), bytes, this.#files)
    this.#claim = claim
  }

  async #unlink(path: string): Promise<void> {
    try {
      await this.#files.unlink(path)
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error
    }
  }

  #claimedPath(name: string): string {
    return join(this.#directory, name + claimedEnding)
  }
}

function emptyClaim(): Claim {
  return { lane: randomUUID(), number: 0, token: '', madeMs: 0, segments: [], progress: {} }
}

async function readClaim(path: string, files: Files): Promise<Claim | undefined> {
  try {
    return JSON.parse((await files.readFile(path)).toString('utf8')) as Claim
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}
