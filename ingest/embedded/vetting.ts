import type { Catalog } from './catalog.ts'
import type { Session } from './engine.ts'
import type { Input } from './input.ts'
import { tokensOf } from './lexer.ts'
import { QueryError } from './problem.ts'
import type { Question } from './question.ts'
import { isSearched, refuseForbidden } from './rules.ts'
import { isWord } from './statement.ts'
import { readTree, type TreeNode } from './tree.ts'

export interface Verdict {
  /** Its start runs no query of its own, which would occupy the event loop. */
  readonly canStream: boolean
}

export interface Vetting {
  /** Judges a statement on the session that will run it, with its parameters set; throws what to answer. */
  check(session: Session, input: Input, question: Question): Promise<Verdict>
}

/** Dashboards ask the same again and again; a verdict depends on text, user and database alone. */
const rememberedMax = 1000
const rememberedCharsMax = 8192

/** What a user may run, judged by how the engine's own parser reads it. */
export function createVetting(options: { readonly catalog: Catalog; readonly ledger: string }): Vetting {
  const remembered = new Map<string, Verdict>()
  return {
    async check(session, input, question) {
      const key = keyFor(input, question)
      const known = key === undefined ? undefined : remembered.get(key)
      if (known !== undefined) return known
      const verdict = await judge(session, { input, question, ...options })
      if (key === undefined) return verdict
      const [oldest] = remembered.keys()
      if (remembered.size >= rememberedMax && oldest !== undefined) remembered.delete(oldest)
      remembered.set(key, verdict)
      return verdict
    },
  }
}

/** A parameter of the type Identifier makes another statement of the same text. */
function keyFor({ sql }: Input, { user, database }: Question): string | undefined {
  if (sql.length > rememberedCharsMax || /identifier/i.test(sql)) return undefined
  return JSON.stringify([user.role, database, sql])
}

interface Matter {
  readonly input: Input
  readonly question: Question
  readonly catalog: Catalog
  readonly ledger: string
}

async function judge(session: Session, { input, question, catalog, ledger }: Matter): Promise<Verdict> {
  const { statements, isReadOnly } = await session.read(input.runnable)
  if (statements > 1) throw QueryError.of('SYNTAX_ERROR', 'Multi-statements are not allowed')
  const { role, name } = question.user
  if (statements === 1 && role === 'reader' && !isReadOnly) {
    throw QueryError.of('ACCESS_DENIED', `${name}: only queries that read are allowed`)
  }
  // Not one statement: the engine says what is wrong with it, without running anything.
  const nodes = readTree((await session.run(`EXPLAIN AST ${input.sql}`, 'TSVRaw')).bytes.toString('utf8'))
  if (statements !== 1) throw QueryError.of('SYNTAX_ERROR', 'This is not one statement')
  const database = question.database ?? ledger
  const hasRowsByCall = input.statement.rows?.call !== undefined
  refuseForbidden({ role, sql: input.sql, nodes, catalog, database, ledger, hasRowsByCall })
  refuseOtherFormat(input, nodes)
  await checkDictionaryQuery(session, { input, question, catalog, ledger })
  return { canStream: input.statement.kind === 'select' && !runsAtStart(nodes) }
}

/** The format that was read from the words is the one the engine will use. */
function refuseOtherFormat({ statement }: Input, nodes: readonly TreeNode[]): void {
  const [root] = nodes
  if (root?.kind !== 'SelectWithUnionQuery') return
  const format = nodes.find(({ kind, parent }) => kind === 'Identifier' && parent === root)?.name
  if (format !== statement.format) throw QueryError.of('UNKNOWN_FORMAT', 'The format cannot be told')
}

/** Scalar subqueries and sets run while a query is planned. */
function runsAtStart(nodes: readonly TreeNode[]): boolean {
  return nodes.some((node) => {
    const { kind, parent } = node
    if (kind === 'Subquery') return parent?.kind !== 'TableExpression' && parent?.kind !== 'WithElement'
    return kind === 'Identifier' && isSearched(node)
  })
}

/** The query of a dictionary is a text of its own, run by the engine later: it is judged like a reader's. */
async function checkDictionaryQuery(session: Session, matter: Matter): Promise<void> {
  const { input, question } = matter
  if (question.user.role !== 'admin' || input.statement.kind !== 'create') return
  const tokens = [...tokensOf(input.sql)]
  if (!tokens.slice(0, 4).some((token) => isWord(token, 'dictionary'))) return
  if (tokens.some((token) => isWord(token, 'host'))) {
    throw QueryError.of('ACCESS_DENIED', 'Not allowed: a dictionary from another host')
  }
  for (const [index, token] of tokens.entries()) {
    const text = tokens[index + 1]
    if (!isWord(token, 'query') || text?.kind !== 'string') continue
    const sql = text.text.slice(1, -1).replace(/''|\\(.)/g, (found, char) => char ?? found[0])
    const reader = { ...question, user: { ...question.user, role: 'reader' as const } }
    const statement = { kind: 'other', format: undefined, rows: undefined }
    await judge(session, { ...matter, question: reader, input: { ...input, sql, runnable: sql, statement } })
  }
}
