/** What a source says of a policy before it brings the document. */
export interface PolicyHead {
  readonly route: string
  readonly version: number
  readonly id: string
  readonly bytes: number
}

/** Whom a source shows its policies. */
export interface PolicyVisitor {
  /** Whether the document is worth bringing. Heads of a route come newest first. */
  wants(head: PolicyHead): boolean
  /** Without a head, the document speaks for itself. */
  offer(text: string, head?: PolicyHead): void
  /** Too large to be brought; the mark tells it from others. */
  tooLarge(mark: string): void
}

export interface PolicySource {
  readonly name: 'warehouse' | 'file'
  /** Shows what there is; throws a `SourceProblem` when that cannot be found out. */
  look(visitor: PolicyVisitor, signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

/** Why a source could not be read; the code names no address, statement or content. */
export class SourceProblem extends Error {
  readonly code: string
  /** There is nothing yet where policies will be: no fault of anybody. */
  readonly isAbsent: boolean

  constructor(code: string, isAbsent = false) {
    super(code)
    this.code = code
    this.isAbsent = isAbsent
  }
}
