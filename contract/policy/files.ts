import { mkdir, open, rename, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256Hex } from './canonical.ts'

/** Names that are the same on every file system; any other route gets what is legible of it and a hash. */
const plain = /^[a-z0-9][a-z0-9_-]{0,63}$/

export function policyFileName(route: string): string {
  if (plain.test(route)) return `${route}.json`
  const legible = route
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-')
    .slice(0, 64)
  return `${legible}.${sha256Hex(route).slice(0, 16)}.json`
}

/** The file is whole at every moment, the old one or the new one, also after a power cut. */
export async function writePolicyFile(directory: string, route: string, text: string): Promise<void> {
  await mkdir(directory, { recursive: true })
  const path = join(directory, policyFileName(route))
  const draft = `${path}.${process.pid}.tmp`
  try {
    const handle = await open(draft, 'w')
    try {
      await handle.writeFile(`${text}\n`)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(draft, path)
  } catch (error) {
    await unlink(draft).catch(() => {})
    throw error
  }
  await syncDirectory(directory)
}

/** A renamed file is durable only when its directory is. */
async function syncDirectory(path: string): Promise<void> {
  // Windows has no such thing.
  if (process.platform === 'win32') return
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
