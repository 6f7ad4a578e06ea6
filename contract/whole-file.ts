import { mkdir, open, rename, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'

/** The file is whole at every moment, the old one or the new one, also after a power cut. */
export async function writeWholeFile(path: string, text: string): Promise<void> {
  const directory = dirname(path)
  await mkdir(directory, { recursive: true })
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
