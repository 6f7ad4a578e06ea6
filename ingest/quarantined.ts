import { join } from 'node:path'
import { errorCode, type Files, nodeFiles } from './files.ts'
import { thisProcess } from './owner.ts'
import { ClaimFile } from './ship/claim.ts'
import { Lock } from './ship/lock.ts'
import { isPoisonFile, type PoisonRow, quarantineOf } from './ship/quarantine.ts'
import { ReturnFile, type ReturningRow } from './ship/returning.ts'

/** What was refused alike; nothing of the rows themselves. */
export interface QuarantinedGroup {
  readonly table: string
  readonly reason: string
  /** Column that could not be read; '' where the warehouse did not say. */
  readonly column: string
  readonly rows: number
  /** When the oldest and the newest were refused. */
  readonly firstMs: number
  readonly lastMs: number
}

const readAtOnce = 256

export async function listQuarantined(spool: string, files: Files = nodeFiles): Promise<QuarantinedGroup[]> {
  const groups = new Map<string, QuarantinedGroup>()
  for await (const { path, poison } of poisonIn(spool, files)) {
    const { table, reason, column } = poison
    const { mtimeMs } = await files.stat(path)
    const key = JSON.stringify([table, reason, column])
    const { rows = 0, firstMs = mtimeMs, lastMs = mtimeMs } = groups.get(key) ?? {}
    const times = { firstMs: Math.min(firstMs, mtimeMs), lastMs: Math.max(lastMs, mtimeMs) }
    groups.set(key, { table, reason, column, rows: rows + 1, ...times })
  }
  return [...groups.values()].sort((a, b) => b.rows - a.rows)
}

export interface Returned {
  /** Rows that lie in the spool again. */
  readonly rows: number
  /** Of a batch that is on its way at this moment; next time. */
  readonly left: number
}

/** Another process is at it. */
export class BusyError extends Error {}

const rowsAtOnce = 5000
const bytesAtOnce = 4 * 1_048_576

/**
 * Puts what was refused back into the spool, for the shipper to send once more: each row once, whatever process
 * dies when. What is refused again comes back here.
 */
export async function returnQuarantined(
  spool: string,
  { files = nodeFiles, nowMs = Date.now }: { files?: Files; nowMs?: () => number } = {},
): Promise<Returned> {
  const self = thisProcess()
  const directory = quarantineOf(spool)
  await files.mkdir(directory)
  const lock = new Lock(directory, files, self)
  if (!(await lock.take(nowMs()))) throw new BusyError('another process returns the rows of this quarantine')
  try {
    const returning = new ReturnFile({ spool, files, self, nowMs })
    await returning.finish()
    return await returnAll(spool, { files, returning })
  } finally {
    await lock.release()
  }
}

async function returnAll(
  spool: string,
  { files, returning }: { files: Files; returning: ReturnFile },
): Promise<Returned> {
  const names = await namesIn(spool, files)
  // Read after the names: a batch that is not on its way by now puts nothing more here.
  const token = await ClaimFile.tokenUnderWay(spool, files)
  const settled = names.filter((name) => !name.startsWith(`${token}~`))
  let some: ReturningRow[] = []
  let bytes = 0
  for await (const { name, poison } of poisonIn(spool, files, settled)) {
    some.push({ name, poison })
    bytes += poison.row.length
    if (some.length < rowsAtOnce && bytes < bytesAtOnce) continue
    await returning.send(some)
    some = []
    bytes = 0
  }
  if (some.length > 0) await returning.send(some)
  return { rows: settled.length, left: names.length - settled.length }
}

async function namesIn(spool: string, files: Files): Promise<string[]> {
  try {
    return (await files.readdir(quarantineOf(spool))).filter(isPoisonFile).sort()
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return []
    throw error
  }
}

async function* poisonIn(spool: string, files: Files, names?: readonly string[]) {
  const all = names ?? (await namesIn(spool, files))
  for (let at = 0; at < all.length; at += readAtOnce) {
    const found = all.slice(at, at + readAtOnce).map(async (name) => {
      const path = join(quarantineOf(spool), name)
      return { name, path, poison: JSON.parse(String(await files.readFile(path))) as PoisonRow }
    })
    yield* await Promise.all(found)
  }
}
