import type { Session } from './engine.ts'
import type { Input } from './input.ts'
import { QueryError } from './problem.ts'
import type { Question } from './question.ts'

export interface Verdict {
  /** Its start does not run queries of its own, which would occupy the event loop. */
  readonly canStream: boolean
}

export interface Vetting {
  check(session: Session, input: Input, question: Question): Promise<Verdict>
}

/** What a user may run, judged by how the engine's own parser reads it. */
export function createVetting(): Vetting {
  return {
    async check(session, input, { user }) {
      const { statements, isReadOnly } = await session.read(input.runnable)
      if (statements > 1) throw QueryError.of('SYNTAX_ERROR', 'Multi-statements are not allowed')
      if (user.role === 'reader' && statements === 1 && !isReadOnly) {
        throw QueryError.of('ACCESS_DENIED', `${user.name}: only queries that read are allowed`)
      }
      return { canStream: input.statement.kind === 'select' }
    },
  }
}
