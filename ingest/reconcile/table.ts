import { isUtf8 } from 'node:buffer'
import { readFileSync, statSync } from 'node:fs'
import { readCsv } from './csv.ts'
import { readJson } from './json-rows.ts'
import { ExportProblem } from './problem.ts'

/** One line of an export, whatever it was written in. */
export interface Row {
  readonly cells: ReadonlyMap<string, string>
  /** Where a cell stands, for people. */
  placeOf(name: string): string
}

export interface Table {
  readonly rows: readonly Row[]
  readonly columns: readonly string[]
  /** The provider had more pages than the file holds. */
  readonly hasMore: boolean
}

/** A month of hourly buckets of everything is some 10 MB. */
const fileBytesMax = 256 * 1_048_576

export function readTable(file: string): Table {
  return tableOf(contentOf(file))
}

export function tableOf(content: Buffer): Table {
  const text = textOf(content)
  const isJson = /^\s*[{[]/.test(text)
  const { rows, hasMore } = isJson ? readJson(text) : { rows: readCsv(text), hasMore: false }
  if (rows.length === 0) throw new ExportProblem('', 'the file has no rows')
  const columns = new Set<string>()
  for (const row of rows) for (const name of row.cells.keys()) columns.add(name)
  return { rows, columns: [...columns], hasMore }
}

function contentOf(file: string): Buffer {
  try {
    const { size } = statSync(file)
    if (size > fileBytesMax) throw new ExportProblem('', `is larger than ${fileBytesMax / 1_048_576} MiB`)
    return readFileSync(file)
  } catch (error) {
    if (error instanceof ExportProblem) throw error
    const code = (error as { code?: string }).code
    if (code === 'ENOENT') throw new ExportProblem('', 'there is no such file')
    if (code === 'EISDIR') throw new ExportProblem('', 'is a folder')
    throw new ExportProblem('', 'cannot be read')
  }
}

function textOf(content: Buffer): string {
  if (content.length === 0) throw new ExportProblem('', 'the file is empty')
  // The first bytes of every ZIP, and of what spreadsheets save by themselves.
  if (content.subarray(0, 2).toString('latin1') === 'PK')
    throw new ExportProblem('', 'is a workbook or an archive: save the sheet as CSV, or unpack it')
  if (content.subarray(0, 2).toString('hex') === '1f8b')
    throw new ExportProblem('', 'is compressed: unpack it first')
  if (!isUtf8(content) || content.includes(0)) throw new ExportProblem('', 'is not text in UTF-8')
  return content.toString('utf8').replace(/^\ufeff/, '')
}
