/** A piece of SQL. What a literal holds is of no interest here, only where it begins and ends. */
export interface Token {
  readonly kind: 'word' | 'quoted' | 'string' | 'number' | 'mark'
  readonly text: string
  readonly at: number
  readonly end: number
}

/**
 * Cuts SQL into tokens, without blanks and comments. This is a help for splitting, hashing and a second look;
 * what may run is decided by the engine's own parser.
 */
export function* tokensOf(sql: string): Generator<Token> {
  let at = 0
  while (at < sql.length) {
    const blank = blankEnd(sql, at)
    if (blank > at) {
      at = blank
      continue
    }
    const [kind, end] = next(sql, at)
    yield { kind, text: sql.slice(at, end), at, end }
    at = end
  }
}

function blankEnd(sql: string, at: number): number {
  const two = sql.slice(at, at + 2)
  if (two === '--' || two === '#!' || two === '# ') return after(sql, '\n', at)
  if (two === '/*') return after(sql, '*/', at + 2)
  let end = at
  while (end < sql.length && /[\s\0]/.test(sql[end] ?? '')) end += 1
  return end
}

function after(sql: string, mark: string, from: number): number {
  const found = sql.indexOf(mark, from)
  return found < 0 ? sql.length : found + mark.length
}

const word = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y
const number = /\d(?:[eEpP][+-]\d|[\w.])*/y
const heredoc = /\$(?:[A-Za-z_]\w*)?\$/y

function next(sql: string, at: number): [Token['kind'], number] {
  const first = sql[at]
  if (first === "'") return ['string', quotedEnd(sql, at)]
  if (first === '"' || first === '`') return ['quoted', quotedEnd(sql, at)]
  const tag = match(heredoc, sql, at)
  if (tag !== undefined) return ['string', after(sql, tag, at + tag.length)]
  const name = match(word, sql, at)
  if (name !== undefined) return ['word', at + name.length]
  const digits = match(number, sql, at)
  if (digits !== undefined) return ['number', at + digits.length]
  return ['mark', at + 1]
}

function match(pattern: RegExp, sql: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(sql)?.[0]
}

/** A quote is escaped by a backslash or by another one. */
function quotedEnd(sql: string, at: number): number {
  const quote = sql[at]
  for (let end = at + 1; end < sql.length; end += 1) {
    if (sql[end] === '\\') end += 1
    else if (sql[end] === quote) {
      if (sql[end + 1] !== quote) return end + 1
      end += 1
    }
  }
  return sql.length
}
