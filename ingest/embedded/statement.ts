import { createHash } from 'node:crypto'
import { type Token, tokensOf } from './lexer.ts'

/** What can be said of a statement from its words alone; nothing here decides what is allowed. */
export interface Statement {
  /** For logs and metrics: one of a known few. */
  readonly kind: string
  /** Named in the statement itself. */
  readonly format: string | undefined
  /** Of an insert whose rows follow the statement. */
  readonly rows: RowsPart | undefined
}

export interface RowsPart {
  /** Where `SETTINGS`, else the format begins: the place of a file to read from. */
  readonly at: number
  /** Where `FORMAT x` or `VALUES` begins. */
  readonly formatAt: number
  /** Where the first row begins. */
  readonly dataAt: number
  readonly format: string
  /** Of `SELECT … FROM input('structure') FORMAT x`: where the call stands, and its structure as written. */
  readonly call?: { readonly at: number; readonly end: number; readonly structure: string }
}

const kinds: Readonly<Record<string, string>> = {
  select: 'select',
  with: 'select',
  from: 'select',
  '(': 'select',
  show: 'show',
  describe: 'describe',
  desc: 'describe',
  exists: 'exists',
  explain: 'explain',
  insert: 'insert',
  create: 'create',
  alter: 'alter',
  drop: 'drop',
  detach: 'drop',
  truncate: 'drop',
  rename: 'alter',
  exchange: 'alter',
  attach: 'create',
  optimize: 'optimize',
  delete: 'delete',
  update: 'alter',
  backup: 'backup',
  restore: 'restore',
  system: 'system',
  kill: 'system',
  set: 'set',
  use: 'set',
  check: 'check',
}

export function readStatement(sql: string): Statement {
  let kind: string | undefined
  let rows: RowsPart | undefined
  let last: Token | undefined
  let beforeLast: Token | undefined
  let settingsAt: number | undefined
  let depth = 0
  for (const token of tokensOf(sql)) {
    kind ??= kinds[token.text.toLowerCase()] ?? 'other'
    if (token.text === '(') depth += 1
    if (token.text === ')') depth -= 1
    // Within brackets stand names of columns, whatever they are called.
    if (kind === 'insert' && depth === 0) {
      // Everything behind is the query whose rows are inserted; those may follow it.
      if (isWord(token, 'select') || isWord(token, 'with')) {
        return { kind, format: undefined, rows: rowsBehindQuery(sql, token.at) }
      }
      if (isWord(token, 'settings')) settingsAt ??= token.at
      rows = rowsPart(sql, { token, last, settingsAt })
      if (rows !== undefined) return { kind, format: undefined, rows }
    }
    if (token.text !== ';') [beforeLast, last] = [last, token]
  }
  const format = beforeLast !== undefined && isWord(beforeLast, 'format') ? last?.text : undefined
  return { kind: kind ?? 'empty', format: format ?? undefined, rows }
}

function rowsPart(
  sql: string,
  { token, last, settingsAt }: { token: Token; last: Token | undefined; settingsAt: number | undefined },
): RowsPart | undefined {
  const part = (formatAt: number, dataAt: number, format: string) => ({
    at: settingsAt ?? formatAt,
    formatAt,
    dataAt,
    format,
  })
  if (last !== undefined && isWord(last, 'format') && token.kind === 'word')
    return part(last.at, dataStart(sql, token.end), token.text)
  return isWord(token, 'values') ? part(token.at, token.end, 'Values') : undefined
}

/** A query over `input()` reads rows that follow it. A second call would be one too many, here and on a server. */
function rowsBehindQuery(sql: string, from: number): RowsPart | undefined {
  let call: RowsPart['call']
  let depth = 0
  const window: Token[] = []
  for (const token of tokensOf(sql.slice(from))) {
    window.push(token)
    if (window.length > 4) window.shift()
    const [name, open, structure, close] = window
    if (token.text === '(') depth += 1
    if (token.text === ')') depth -= 1
    const isCall = name !== undefined && isWord(name, 'input') && open?.text === '(' && close?.text === ')'
    if (isCall && structure?.kind === 'string') {
      if (call !== undefined) return undefined
      call = { at: from + name.at, end: from + close.end, structure: structure.text }
    }
    const before = window.at(-2)
    if (call === undefined || depth !== 0 || before === undefined || !isWord(before, 'format')) continue
    if (token.kind !== 'word') return undefined
    const formatAt = from + before.at
    return { at: formatAt, formatAt, dataAt: dataStart(sql, from + token.end), format: token.text, call }
  }
  return undefined
}

/** As ClickHouse does it: blanks, then one end of line. Binary rows may begin with anything. */
function dataStart(sql: string, from: number): number {
  let at = from
  while (sql[at] === ' ' || sql[at] === '\t' || sql[at] === '\f') at += 1
  if (sql[at] === '\r') at += 1
  return sql[at] === '\n' ? at + 1 : at
}

export function isWord(token: Token, lower: string): boolean {
  return token.kind === 'word' && token.text.toLowerCase() === lower
}

/** The same for statements that differ in their values only: what a log may say about a query. */
export function statementHash(sql: string): string {
  const hash = createHash('sha256')
  for (const token of tokensOf(sql)) {
    hash.update(token.kind === 'string' || token.kind === 'number' ? '?' : token.text.toLowerCase())
    hash.update(' ')
  }
  return hash.digest('hex').slice(0, 16)
}
