import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { policyBytesMax } from '../../../contract/policy/read.ts'
import { type PolicySource, type PolicyVisitor, SourceProblem } from './source.ts'

/** One for each route, and some that are no longer of use. */
const filesMax = 10_000

/** A folder of policies, one JSON file each. What did not change since the last look is not read again. */
export class FileSource implements PolicySource {
  readonly name = 'file'
  readonly #directory: string
  #seen: ReadonlyMap<string, string> = new Map()

  constructor(directory: string) {
    this.#directory = directory
  }

  async look(visitor: PolicyVisitor, signal: AbortSignal): Promise<void> {
    const names = await this.#names()
    const seen = new Map<string, string>()
    let failed: unknown
    for (const name of names) {
      signal.throwIfAborted()
      try {
        seen.set(name, await this.#lookAt(name, visitor))
      } catch (error) {
        // One that cannot be read keeps nobody from the others.
        failed = error
      }
    }
    this.#seen = seen
    if (failed !== undefined) throw new SourceProblem(codeOf(failed))
  }

  async close(): Promise<void> {}

  async #names(): Promise<string[]> {
    try {
      const names = await readdir(this.#directory)
      return names.filter((name) => name.endsWith('.json') && !name.startsWith('.')).slice(0, filesMax)
    } catch (error) {
      throw new SourceProblem(codeOf(error), codeOf(error) === 'ENOENT')
    }
  }

  /** Gives what tells this state of the file from any other. */
  async #lookAt(name: string, visitor: PolicyVisitor): Promise<string> {
    const path = join(this.#directory, name)
    const { size, mtimeNs, ctimeNs, ino } = await stat(path, { bigint: true })
    const state = [size, mtimeNs, ctimeNs, ino].join(' ')
    if (this.#seen.get(name) === state) return state
    if (size > policyBytesMax) visitor.tooLarge(`${name} ${state}`)
    else visitor.offer(await readFile(path, 'utf8'))
    return state
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
}
