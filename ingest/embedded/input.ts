import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { openBody, readHead, textMax, writeRows } from './body.ts'
import { readForm } from './form.ts'
import { canInsert } from './formats.ts'
import { stringLiteral } from './literal.ts'
import { QueryError } from './problem.ts'
import type { Question } from './question.ts'
import { type RowsPart, readStatement, type Statement } from './statement.ts'

/** What is to be run, its rows in a file where it has some. */
export interface Input extends AsyncDisposable {
  /** Without rows. */
  readonly sql: string
  /** Reads its rows from the file; the same as `sql` where there are none. */
  readonly runnable: string
  readonly statement: Statement
  readonly parameters: Question['parameters']
}

/** Four times what ClickHouse takes by default. Looking at more would keep everyone waiting. */
const sqlMax = 1024 * 1024
/** An insert shows within its first bytes that rows follow. */
const headBytes = 1024 * 1024

export async function readInput(
  req: IncomingMessage,
  question: Question,
  options: { readonly directory: string; readonly bytesMax: number },
): Promise<Input> {
  const { urlQuery, parameters } = question
  if (req.method !== 'POST') return textInput(urlQuery, parameters)
  const body = openBody(req, options.bytesMax)
  const contentType = req.headers['content-type'] ?? ''
  if (contentType.startsWith('multipart/form-data')) {
    const form = readForm(await readText(body, Buffer.alloc(0)), contentType)
    return textInput(joined(urlQuery, form.query), [...parameters, ...form.parameters])
  }
  const { head, isWhole } = await readHead(body, headBytes)
  const start = urlQuery === '' ? head : Buffer.concat([Buffer.from(`${urlQuery}\n`), head])
  const { rows } = readStatement(start.toString('utf8'))
  const rest = isWhole ? Readable.from([]) : body
  if (rows !== undefined) return rowsInput({ start, rows, rest, directory: options.directory, parameters })
  const text = isWhole ? start : await readText(body, start)
  return textInput(decoded(text), parameters)
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n')
}

async function readText(body: Readable, start: Buffer): Promise<Buffer> {
  const { head, isWhole } = await readHead(body, textMax)
  if (!isWhole) {
    body.destroy()
    throw QueryError.of('QUERY_IS_TOO_LARGE', `The statement is over ${textMax} bytes`)
  }
  return Buffer.concat([start, head])
}

function textInput(sql: string, parameters: Question['parameters']): Input {
  if (sql.length > sqlMax) {
    throw QueryError.of(
      'QUERY_IS_TOO_LARGE',
      `The statement is over ${sqlMax} characters; send values as parameters`,
    )
  }
  refuseNul(sql)
  const statement = readStatement(sql)
  if (statement.rows !== undefined) {
    throw QueryError.of('BAD_ARGUMENTS', 'Send an insert as POST, its rows in the body')
  }
  return { sql, runnable: sql, statement, parameters, [Symbol.asyncDispose]: async () => {} }
}

async function rowsInput(from: {
  start: Buffer
  rows: RowsPart
  rest: Readable
  directory: string
  parameters: Question['parameters']
}): Promise<Input> {
  const { start, rows, rest, directory, parameters } = from
  if (!canInsert(rows.format)) {
    throw QueryError.of('UNKNOWN_FORMAT', 'Rows cannot be inserted in this format here')
  }
  const text = start.toString('utf8')
  const dataAt = Buffer.byteLength(text.slice(0, rows.dataAt))
  const before = decoded(start.subarray(0, dataAt))
  refuseNul(before)
  const file = await writeRows(directory, start.subarray(dataAt), rest)
  const head = before.slice(0, rows.at)
  const settings = before.slice(rows.at, rows.formatAt)
  const sql = `${head} ${settings} FORMAT ${rows.format}`
  const runnable =
    rows.call === undefined
      ? `${head} FROM INFILE ${stringLiteral(file.path)} COMPRESSION 'none' ${settings} FORMAT ${rows.format}`
      : withFile(head, rows.call, { path: file.path, format: rows.format })
  const statement = { kind: 'insert', format: undefined, rows }
  return { sql, runnable, statement, parameters, [Symbol.asyncDispose]: file[Symbol.asyncDispose] }
}

/** The engine in this process knows `input()` and reads nothing by it, in silence; a file it reads. */
function withFile(
  query: string,
  { at, end, structure }: NonNullable<RowsPart['call']>,
  { path, format }: { path: string; format: string },
): string {
  const file = `file(${stringLiteral(path)}, ${stringLiteral(format)}, ${structure}, 'none')`
  return `${query.slice(0, at)}${file}${query.slice(end)}`
}

/** Bytes that are no UTF-8 would be read differently by whoever looks at them next. */
function decoded(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw QueryError.of('SYNTAX_ERROR', 'The statement is not valid UTF-8')
  return bytes.toString('utf8')
}

/** Texts end at a NUL in C: what is looked at and what runs would differ. */
function refuseNul(sql: string): void {
  if (sql.includes('\0')) throw QueryError.of('SYNTAX_ERROR', 'The statement holds a NUL character')
}
