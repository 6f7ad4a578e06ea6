import { mkdir, open, readFile, unlink, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { isObject } from '../../contract/json.ts'

export interface Lock extends AsyncDisposable {
  readonly file: string
}

/** Somebody else runs; says who, so that one knows whether to wait. */
export class Locked extends Error {}

/** Longer than any run: whoever holds it this long is gone, or hangs. */
const expiryMs = 6 * 3_600_000

/** One writer for each state directory. What it cannot see, on other machines, compare-and-set does. */
export async function lock(stateDir: string, name: 'run' | 'watch', nowMs = Date.now()): Promise<Lock> {
  await mkdir(stateDir, { recursive: true, mode: 0o700 })
  const file = join(stateDir, `evals-${name}.lock`)
  const text = JSON.stringify({
    pid: process.pid,
    host: hostname(),
    expires: new Date(nowMs + expiryMs).toISOString(),
  })
  for (let tries = 0; ; tries += 1) {
    if (await wrote(file, text)) return held(file, text)
    const holder = await readFile(file, 'utf8').catch(() => '')
    if (tries > 0 || !isLeft(holder, nowMs))
      throw new Locked(`another run is under way (${whoHolds(holder)})`)
    await unlink(file).catch(() => {})
  }
}

async function wrote(file: string, text: string): Promise<boolean> {
  try {
    const handle = await open(file, 'wx', 0o600)
    await writeFile(handle, text)
    await handle.close()
    return true
  } catch (error) {
    if ((error as { code?: string }).code === 'EEXIST') return false
    throw error
  }
}

function held(file: string, text: string): Lock {
  return {
    file,
    async [Symbol.asyncDispose]() {
      // It may have expired and be somebody else's by now.
      if ((await readFile(file, 'utf8').catch(() => '')) === text) await unlink(file).catch(() => {})
    },
  }
}

function fieldsOf(text: string): { pid: number; host: string; expires: string } | undefined {
  try {
    const read: unknown = JSON.parse(text)
    if (!isObject(read)) return undefined
    return { pid: Number(read['pid']), host: String(read['host']), expires: String(read['expires']) }
  } catch {
    return undefined
  }
}

function isLeft(text: string, nowMs: number): boolean {
  const holder = fieldsOf(text)
  // One that is being written a moment ago is not yet to be read, and not left.
  if (holder === undefined) return false
  if (Date.parse(holder.expires) < nowMs) return true
  return holder.host === hostname() && !isAlive(holder.pid)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM'
  }
}

function whoHolds(text: string): string {
  const holder = fieldsOf(text)
  return holder === undefined
    ? 'it has just begun'
    : `process ${holder.pid} on ${holder.host}, until ${holder.expires}`
}
