import { ExportProblem } from './problem.ts'
import type { Row } from './table.ts'

/** What spreadsheets put between columns, depending on whose they are. */
const delimiters = [',', ';', '\t'] as const

interface Record {
  readonly line: number
  readonly fields: readonly string[]
}

/** A header line, then one row a line; fields in quotes may hold anything, line breaks too. */
export function readCsv(text: string): Row[] {
  const delimiter = delimiterOf(text)
  const records = recordsOf(text, delimiter)
  const [header, ...rest] = records
  if (header === undefined) throw new ExportProblem('', 'the file is empty')
  const names = header.fields.map((name) => name.trim())
  for (const [index, name] of names.entries()) {
    if (name !== '' && names.indexOf(name) !== index)
      throw new ExportProblem(`line ${header.line}`, `the column ${name.slice(0, 40)} is there twice`)
  }
  return rest.map((record) => rowOf(record, names))
}

function rowOf({ line, fields }: Record, names: readonly string[]): Row {
  if (fields.length !== names.length) {
    throw new ExportProblem(
      `line ${line}`,
      `has ${fields.length} columns where the header has ${names.length}`,
    )
  }
  const cells = new Map(names.map((name, index) => [name, (fields[index] ?? '').trim()]))
  return { cells, placeOf: (name) => `line ${line}, column ${name}` }
}

/** The one that the header uses most. */
function delimiterOf(text: string): string {
  const end = text.search(/[\r\n]/)
  const header = end < 0 ? text : text.slice(0, end)
  const count = (delimiter: string) => header.split(delimiter).length
  return [...delimiters].sort((left, right) => count(right) - count(left))[0] ?? ','
}

function recordsOf(text: string, delimiter: string): Record[] {
  const records: Record[] = []
  let line = 1
  let at = 0
  while (at < text.length) {
    const { fields, end, lines } = recordAt(text, { at, delimiter, line })
    // Lines without anything in them separate nothing.
    if (fields.length > 1 || fields[0] !== '') records.push({ line, fields })
    at = end
    line += lines
  }
  return records
}

function recordAt(text: string, from: { at: number; delimiter: string; line: number }) {
  const fields: string[] = []
  let at = from.at
  let lines = 0
  for (;;) {
    const field = text[at] === '"' ? quoted(text, at, from.line + lines) : plain(text, at, from.delimiter)
    fields.push(field.value)
    lines += field.lines
    at = field.end
    if (text[at] === from.delimiter) {
      at += 1
      continue
    }
    const isBreak = text.startsWith('\r\n', at) ? 2 : 1
    return { fields, end: Math.min(text.length, at + isBreak), lines: lines + 1 }
  }
}

function plain(text: string, start: number, delimiter: string) {
  let end = start
  while (end < text.length && text[end] !== delimiter && text[end] !== '\n' && text[end] !== '\r') end += 1
  return { value: text.slice(start, end), end, lines: 0 }
}

function quoted(text: string, start: number, line: number) {
  let value = ''
  let at = start + 1
  for (;;) {
    const quote = text.indexOf('"', at)
    if (quote < 0) throw new ExportProblem(`line ${line}`, 'a quote is opened and never closed')
    value += text.slice(at, quote)
    at = quote + 1
    if (text[at] !== '"') break
    value += '"'
    at += 1
  }
  // What stands between the quote and the next column belongs to nobody.
  while (text[at] === ' ') at += 1
  return { value, end: at, lines: value.split('\n').length - 1 }
}
