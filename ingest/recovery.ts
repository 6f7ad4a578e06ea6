import { join } from 'node:path'
import { errorCode, type Files } from './files.ts'
import { scanFrames } from './frames.ts'
import { livenessOf, type Owner } from './owner.ts'
import { copyEnding, openEnding, parseSegmentName, sealedPath } from './segment-name.ts'

/**
 * Whether a process of another container or machine still runs can't be asked. It seals after a second, so
 * a segment it has not touched for so long is abandoned.
 */
const abandonedAfterMs = 60_000

export interface RecoverOptions {
  readonly directory: string
  readonly self: Owner
  readonly files: Files
  readonly nowMs: () => number
}

export interface Recovered {
  readonly segments: number
  readonly records: number
  readonly tornTails: number
  readonly tornBytes: number
  /** Segments that could not be read or sealed; they are tried again. */
  readonly failed: number
}

/**
 * Seals what ended processes left open: a torn tail is cut off at the last good frame. Files of processes
 * that still run are left alone.
 */
export async function recover(options: RecoverOptions): Promise<Recovered> {
  const { directory, files } = options
  const total = { segments: 0, records: 0, tornTails: 0, tornBytes: 0, failed: 0 }
  for (const name of await files.readdir(directory)) {
    if (!name.endsWith(openEnding) && !name.endsWith(copyEnding)) continue
    try {
      const path = join(directory, name)
      if (!(await isAbandoned(path, name, options))) continue
      if (name.endsWith(copyEnding)) await files.unlink(path)
      else add(total, await sealAbandoned(path, files))
    } catch (error) {
      // Another process that starts at the same time was faster.
      if (errorCode(error) !== 'ENOENT') total.failed += 1
    }
  }
  if (total.segments > 0) await files.syncDirectory(directory)
  return total
}

async function isAbandoned(path: string, name: string, options: RecoverOptions): Promise<boolean> {
  const owner = parseSegmentName(name)?.owner
  const liveness = owner === undefined ? 'unknown' : livenessOf(owner, options.self)
  if (liveness !== 'unknown') return liveness === 'dead'
  const { mtimeMs } = await options.files.stat(path)
  return options.nowMs() - mtimeMs > abandonedAfterMs
}

async function sealAbandoned(path: string, files: Files): Promise<{ records: number; tornBytes: number }> {
  const bytes = await files.readFile(path)
  const { frames, goodBytes } = scanFrames(bytes)
  const tornBytes = bytes.length - goodBytes
  if (frames === 0) {
    await files.unlink(path)
    return { records: 0, tornBytes }
  }
  const file = await files.open(path, 'r+')
  try {
    if (tornBytes > 0) await file.truncate(goodBytes)
    await file.datasync()
  } finally {
    await file.close()
  }
  await files.rename(path, sealedPath(path))
  return { records: frames, tornBytes }
}

function add(
  total: { -readonly [K in keyof Recovered]: number },
  one: { records: number; tornBytes: number },
): void {
  if (one.records > 0) total.segments += 1
  total.records += one.records
  if (one.tornBytes > 0) total.tornTails += 1
  total.tornBytes += one.tornBytes
}
