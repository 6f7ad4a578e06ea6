import { join } from 'node:path'
import { errorCode, type Files, writeWhole } from '../files.ts'
import { scanFrames } from '../frames.ts'
import { markTag } from '../payload.ts'
import { openEnding, sealedEnding } from '../segment-name.ts'
import { claimedEnding } from '../ship/claim.ts'

const fileName = 'lanes.json'
/** A sidecar that comes back after this was gone for good; its last batch is long acknowledged. */
const forgottenAfterMs = 90 * 86_400_000

/** The last batch of a lane that was taken. Lanes send one batch at a time, so it stands for all before it. */
export interface Mark {
  readonly lane: string
  readonly number: number
  readonly token: string
  readonly seenMs: number
}

export type Verdict = 'new' | 'known' | 'conflict'

/**
 * What was taken from whom. A mark lies in the same frame as its records, so both are durable or neither is;
 * before records leave the disk their marks go to a file of their own.
 */
export class Marks {
  readonly #directory: string
  readonly #files: Files
  readonly #marks: Map<string, Mark>
  #isSaved = true

  private constructor(directory: string, files: Files, marks: Map<string, Mark>) {
    this.#directory = directory
    this.#files = files
    this.#marks = marks
  }

  /** Reads the file, and what lies in the spool since. */
  static async open(directory: string, files: Files): Promise<Marks> {
    const marks = new Marks(directory, files, new Map())
    for (const mark of await readMarks(join(directory, fileName), files)) marks.set(mark)
    // The shipper may rename what is being read; under its new name it is read the next time round.
    while (!(await marks.#readSegments())) {}
    return marks
  }

  /** False when one of them was gone: nothing is removed meanwhile, so it has another name. */
  async #readSegments(): Promise<boolean> {
    const directory = this.#directory
    let isWhole = true
    for (const name of (await this.#files.readdir(directory)).filter(isSegment)) {
      const bytes = await readIfThere(join(directory, name), this.#files)
      if (bytes === undefined) isWhole = false
      else
        scanFrames(bytes, (payload) => {
          const mark = markIn(payload)
          if (mark !== undefined) this.set(mark)
        })
    }
    return isWhole
  }

  judge(lane: string, number: number, token: string): Verdict {
    const mark = this.#marks.get(lane)
    if (mark === undefined || number > mark.number) return 'new'
    return number === mark.number && token === mark.token ? 'known' : 'conflict'
  }

  set(mark: Mark): void {
    if (mark.number < (this.#marks.get(mark.lane)?.number ?? 0)) return
    this.#marks.set(mark.lane, mark)
    this.#isSaved = false
  }

  async save(nowMs: number): Promise<void> {
    if (this.#isSaved) return
    for (const [lane, { seenMs }] of this.#marks) {
      if (nowMs - seenMs > forgottenAfterMs) this.#marks.delete(lane)
    }
    this.#isSaved = true
    const bytes = Buffer.from(JSON.stringify([...this.#marks.values()]))
    await writeWhole(join(this.#directory, fileName), bytes, this.#files).catch((error: unknown) => {
      this.#isSaved = false
      throw error
    })
  }
}

/** Open ones too: what a process of another container left is sealed only after a while. */
function isSegment(name: string): boolean {
  return [sealedEnding, claimedEnding, openEnding].some((ending) => name.endsWith(ending))
}

async function readIfThere(path: string, files: Files): Promise<Buffer | undefined> {
  try {
    return await files.readFile(path)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

export function markLine(mark: Mark): string {
  return markTag + JSON.stringify(mark)
}

function markIn(payload: Buffer): Mark | undefined {
  if (payload[0] !== markTag.charCodeAt(0)) return undefined
  const end = payload.indexOf(0x0a)
  return JSON.parse(payload.toString('utf8', 1, end < 0 ? payload.length : end)) as Mark
}

async function readMarks(path: string, files: Files): Promise<readonly Mark[]> {
  try {
    return JSON.parse((await files.readFile(path)).toString('utf8')) as readonly Mark[]
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return []
    throw error
  }
}
