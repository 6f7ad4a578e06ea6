import { randomBytes } from 'node:crypto'
import { link, mkdir, open, readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from './files.ts'

/**
 * The password of the embedded warehouse. Whoever needs it first makes it: the file appears whole or not at
 * all, so two processes that start at once end up with the same one.
 */
export async function warehouseToken(stateDir: string): Promise<string> {
  const file = tokenFile(stateDir)
  const known = await readToken(file)
  if (known !== undefined) return known
  await mkdir(stateDir, { recursive: true, mode: 0o700 })
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`
  await writeDurably(draft, `${randomBytes(32).toString('base64url')}\n`)
  try {
    await link(draft, file)
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error
  } finally {
    await unlink(draft)
  }
  const token = await readToken(file)
  if (token === undefined) throw new Error(`the file ${file} is empty: remove it, and it is made anew`)
  return token
}

export function tokenFile(stateDir: string): string {
  return join(stateDir, 'warehouse.token')
}

async function readToken(file: string): Promise<string | undefined> {
  try {
    const text = (await readFile(file, 'utf8')).trim()
    // An empty password would let in everybody who sends none.
    if (text === '') throw new Error(`the file ${file} is empty: remove it, and it is made anew`)
    return text
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

async function writeDurably(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
}
