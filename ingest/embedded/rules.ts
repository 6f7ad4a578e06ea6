import type { Catalog } from './catalog.ts'
import { definitions, systemTables } from './functions.ts'
import { type Token, tokensOf } from './lexer.ts'
import { isPlainName } from './literal.ts'
import { QueryError } from './problem.ts'
import { isWord } from './statement.ts'
import { childrenOf, type TreeNode } from './tree.ts'
import type { UserRole } from './users.ts'

export interface Case {
  readonly role: UserRole
  readonly sql: string
  readonly nodes: readonly TreeNode[]
  readonly catalog: Catalog
  /** The database of names without one. */
  readonly database: string
  /** Where the writer may insert. */
  readonly ledger: string
  /** An insert whose rows come with it through `input()`, which alone would read nothing, in silence. */
  readonly hasRowsByCall?: boolean
}

/** Throws when the statement is not for this user. */
export function refuseForbidden(one: Case): void {
  const [root] = one.nodes
  if (root === undefined) throw denied('the statement cannot be judged')
  if (root.kind === 'InsertQuery' && one.role !== 'reader') refuseInsert(one, root)
  else if (isDefinition(root) && one.role === 'admin') refuseDefinition(one, root)
  else refuseReading(one, root)
  for (const node of one.nodes) refuseNode(one, node)
  refuseWords(one)
}

function denied(what: string): QueryError {
  return QueryError.of('ACCESS_DENIED', `Not allowed: ${what}`)
}

const readingRoots =
  /^(SelectWithUnionQuery|SelectIntersectExceptQuery|Explain|DescribeQuery|Exists(Table|View|Dictionary|Database)Query|ShowTables|ShowColumns|ShowFunctions|ShowEngineQuery|ShowSetting|ShowCreate(Table|View|Dictionary|Database)Query)$/

function refuseReading({ role, nodes, sql, database }: Case, root: TreeNode): void {
  if (!readingRoots.test(root.kind)) {
    throw denied(role === 'reader' ? 'only queries that read' : 'statements of this kind')
  }
  if (role === 'reader' && database.toLowerCase() === 'system')
    throw denied('system as the database; write system.name')
  // Their conditions run, and the tree does not show them.
  if (root.kind.startsWith('Show') && sql.includes('(')) throw denied('brackets in SHOW')
  const children = childrenOf(nodes, root)
  if (root.kind === 'Explain') {
    const isQuery = children.every((child, index) =>
      child.kind === 'Set' ? index === 0 : child.kind === 'SelectWithUnionQuery',
    )
    if (!isQuery || !/^EXPLAIN( (AST|SYNTAX|QUERY TREE|PLAN|PIPELINE|ESTIMATE))?$/.test(root.name))
      throw denied('explaining statements of this kind')
  }
  if (children.some(({ kind }) => kind === 'Literal')) throw denied('INTO OUTFILE')
}

function refuseInsert({ nodes, role, database, ledger }: Case, root: TreeNode): void {
  const children = childrenOf(nodes, root)
  const names = children.filter(({ kind }) => kind === 'Identifier').map(({ name }) => name)
  const known = ['Identifier', 'ExpressionList', 'SelectWithUnionQuery', 'Set']
  if (children.some(({ kind }) => !known.includes(kind)))
    throw denied('inserting from or into anything but tables')
  const [target, table] = names.length === 2 ? names : [database, names[0]]
  if (names.length > 2 || table === undefined || !isPlainName(table)) throw denied('a table of this name')
  if (role === 'writer' && (target !== ledger || keptTables.has(table ?? ''))) {
    throw denied('the writer inserts into tables of the ledger only')
  }
}

/** Filled by the migrations alone. */
const keptTables = new Set(['schema_migrations'])

const definitionRoots =
  /^(CreateQuery|CreateIndexQuery|DropIndexQuery|AlterQuery|DropQuery|DetachQuery|TruncateQuery|UndropQuery|Rename|OptimizeQuery|DeleteQuery|UpdateQuery|CheckQuery|KillQueryQuery|BackupQuery|RestoreQuery|SYSTEM)$/
const isDefinition = (root: TreeNode) => definitionRoots.test(root.kind)

function refuseDefinition({ nodes, sql }: Case, root: TreeNode): void {
  if (root.kind === 'SYSTEM' && !safeSystem.test([...tokensOf(sql)].map(({ text }) => text).join(' '))) {
    throw denied('this SYSTEM statement')
  }
  if (/^(Backup|Restore)Query$/.test(root.kind)) {
    const wrong = childrenOf(nodes, root).filter(
      ({ kind, name }) => (kind === 'Function' && name !== 'File') || kind === 'Literal',
    )
    if (wrong.length > 0) throw denied("backups to anything but File('name')")
  }
  // Described in settings, which the tree does not show; one could lie anywhere on this machine.
  for (const token of tokensOf(sql)) if (isWord(token, 'disk')) throw denied('disks')
}

const safeSystem =
  /^system (reload dictionar(y|ies)|(stop|start) (merges|ttl merges|moves|view|views)|(refresh|wait|cancel) view|flush logs|drop \w+ cache)\b/i

function refuseNode(one: Case, node: TreeNode): void {
  const { role, catalog, nodes } = one
  switch (node.kind) {
    case 'Function':
      if (!mayCall(one, node)) throw denied(`the function ${shown(node.name)}`)
      return
    case 'FunctionWithKeyValueArguments':
      if (node.name !== 'clickhouse' && node.name !== 'null') throw denied('a dictionary of this source')
      return
    case 'TableIdentifier':
      refuseTable(one, node.name)
      return
    case 'Identifier':
      // A function can be handed to another by its bare name.
      if (catalog.isForbiddenValue(node.name)) throw denied(`the name ${shown(node.name)}`)
      if (isSearched(node)) refuseTable(one, node.name)
      return
    case 'ColumnsApplyTransformer':
      throw denied('APPLY')
    case 'Set':
      if (role === 'admin' || (node.depth === 1 && nodes[1] === node && nodes[0]?.kind === 'Explain')) return
      throw denied('SETTINGS; send settings as parameters of the URL')
    default:
      return
  }
}

function mayCall(one: Case, { name, parent }: TreeNode): boolean {
  const { role, catalog, nodes } = one
  if (catalog.isAllowed(name)) return true
  if (name === 'input') return mayTakeRows(one)
  if (role !== 'admin') return false
  const isBackup = parent === nodes[0] && /^(Backup|Restore)Query$/.test(parent?.kind ?? '')
  return definitions.has(name.toLowerCase()) || (isBackup && name === 'File')
}

function mayTakeRows({ role, nodes, hasRowsByCall = false }: Case): boolean {
  return hasRowsByCall && role !== 'reader' && nodes[0]?.kind === 'InsertQuery'
}

/** `x IN name` reads a table whose name the tree shows as that of a column. */
export function isSearched({ parent }: TreeNode): boolean {
  const call = parent?.parent
  return parent?.kind === 'ExpressionList' && call?.kind === 'Function' && isIn(call.name)
}

function isIn(name: string): boolean {
  return /^(global)?(not)?(null)?in(ignoreset)?$/i.test(name)
}

function refuseTable({ role }: Case, name: string): void {
  const parts = name.split('.')
  // A name with a slash or a point in it is a file to this engine.
  if (parts.length > 2 || !parts.every(isPlainName)) throw denied('a table of this name')
  const [database = '', table = ''] = parts
  if (parts.length === 1 || database.toLowerCase() !== 'system' || role === 'admin') return
  if (!systemTables.has(table)) throw denied(`the table system.${shown(table)}`)
}

/** Names of functions and tables of the engine are short words; anything else is text of somebody. */
function shown(name: string): string {
  return /^\w{1,64}$/.test(name) ? name : 'of this name'
}

/**
 * A second look, at the words themselves: what the tree leaves out for reasons nobody thought of still has to
 * be written down.
 */
function refuseWords(one: Case): void {
  const { role, sql, catalog } = one
  if (role === 'admin') return
  let last: Token | undefined
  let beforeLast: Token | undefined
  for (const token of tokensOf(sql)) {
    // A table may be called so, behind its database.
    const isClause = last !== undefined && isWord(last, 'settings') && beforeLast?.text !== '.'
    if (isClause && role === 'reader' && token.kind === 'word') {
      if (!/^(like|ilike|from)$/i.test(token.text))
        throw denied('SETTINGS; send settings as parameters of the URL')
    }
    const isRows = last !== undefined && isWord(last, 'input') && mayTakeRows(one)
    if (token.text === '(' && last !== undefined && !isRows && catalog.isForbidden(bare(last)))
      throw denied(`the function ${shown(bare(last))}`)
    if (isWord(token, 'apply')) throw denied('APPLY')
    if (token.kind === 'quoted' && /[\\\p{Cc}]/u.test(token.text)) throw denied('a name with such characters')
    beforeLast = last
    last = token
  }
}

function bare({ kind, text }: Token): string {
  return kind === 'quoted' ? text.slice(1, -1) : text
}
