import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorCode } from '../files.ts'
import { livenessOf, type Owner, thisProcess } from '../owner.ts'

/** Another process works in the directory. */
export class DirectoryTaken extends Error {}

/**
 * One process per directory. The engine sees to that too, but tells nothing of who holds it; here a second
 * opener learns the process id at once, and what a killed one left is taken over.
 */
export function lockDirectory(directory: string): () => void {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const file = join(directory, 'sidelight.lock')
  const self = thisProcess()
  const text = JSON.stringify(self)
  if (!create(file, text)) {
    const owner = read(file)
    if (owner !== undefined && livenessOf(owner, self) === 'alive') {
      throw new DirectoryTaken(
        `the directory ${directory} is in use by process ${owner.pid}: stop that warehouse, or set another \`stateDir\` (SIDELIGHT_STATE_DIR)`,
      )
    }
    // Replaced whole; the engine's own lock decides should two do so at once.
    writeFileSync(`${file}.${process.pid}`, text)
    renameSync(`${file}.${process.pid}`, file)
  }
  return () => {
    if (readText(file) === text) rmSync(file, { force: true })
  }
}

function create(file: string, text: string): boolean {
  try {
    writeFileSync(file, text, { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    throw error
  }
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

/** A file that was cut off by a crash names nobody. */
function read(file: string): Owner | undefined {
  try {
    const owner = JSON.parse(readText(file) ?? '') as Partial<Owner>
    const { pid, machine, start } = owner
    if (typeof pid !== 'number' || typeof machine !== 'string' || typeof start !== 'string') return undefined
    return { pid, machine, start }
  } catch {
    return undefined
  }
}
