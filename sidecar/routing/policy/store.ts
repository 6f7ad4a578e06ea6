import type { KeyObject } from 'node:crypto'
import { writePolicyFile } from '../../../contract/policy/files.ts'
import { isRefusal, type ReadPolicy, readPolicy } from '../../../contract/policy/read.ts'
import type { Refusal } from '../../../contract/policy/refusal.ts'
import { FileSource } from './file-source.ts'
import { SourceProblem } from './source.ts'

export interface StoredPolicies {
  readonly policies: readonly ReadPolicy[]
  readonly refusals: readonly Refusal[]
  /** Why the folder could not be read; a first start has none, and that is no problem. */
  readonly problem: string | undefined
}

/** The last good policy of each route on this sidecar's own disk, so that a start waits for nobody. */
export class PolicyStore {
  readonly #directory: string

  constructor(directory: string) {
    this.#directory = directory
  }

  /** A disk can be wrong or written by others: each is validated as if it came from outside. */
  async read(publicKey: KeyObject | undefined): Promise<StoredPolicies> {
    const policies: ReadPolicy[] = []
    const refusals: Refusal[] = []
    const take = (text: string) => {
      const read = readPolicy(text, publicKey)
      if (isRefusal(read)) refusals.push(read)
      else policies.push(read)
    }
    const visitor = {
      wants: () => true,
      offer: take,
      tooLarge: () => void refusals.push({ reason: 'too_large', detail: 'it is too large' }),
    }
    try {
      await new FileSource(this.#directory).look(visitor, new AbortController().signal)
      return { policies, refusals, problem: undefined }
    } catch (error) {
      const isProblem = !(error instanceof SourceProblem && error.isAbsent)
      return { policies, refusals, problem: isProblem ? (error as Error).message : undefined }
    }
  }

  write({ document, text }: ReadPolicy): Promise<void> {
    return writePolicyFile(this.#directory, document.route, text)
  }
}
