import { arrayAt, isObject, type Json, type JsonObject } from '../../contract/json.ts'
import { ExportProblem } from './problem.ts'
import type { Row } from './table.ts'

/**
 * Pages of buckets with results, as the APIs of OpenAI and Anthropic answer, one page or several in a list or
 * one a line; or a plain list of rows.
 */
export function readJson(text: string): { rows: Row[]; hasMore: boolean } {
  const pages = parsePages(text)
  const rows: Row[] = []
  let hasMore = false
  for (const { value, place } of pages) {
    if (!isObject(value)) throw new ExportProblem(place, 'must be an object')
    const error = value['error']
    if (isObject(error)) throw new ExportProblem(place, 'is an error of the API, not an export')
    if (!Array.isArray(value['data'])) rows.push(rowOf({}, value, place))
    else rows.push(...bucketRows(value, place))
    hasMore = value['has_more'] === true
  }
  return { rows, hasMore }
}

interface Placed {
  readonly value: Json
  readonly place: string
}

function parsePages(text: string): Placed[] {
  try {
    const value = JSON.parse(text) as Json
    if (!Array.isArray(value)) return [{ value, place: '' }]
    return value.map((item, index) => ({ value: item, place: `[${index}]` }))
  } catch (error) {
    const lines = parseLines(text)
    if (lines !== undefined) return lines
    throw new ExportProblem(placeOf(text, error), 'is not valid JSON')
  }
}

/** One object a line; undefined when the first line is none. */
function parseLines(text: string): Placed[] | undefined {
  const pages: Placed[] = []
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    try {
      pages.push({ value: JSON.parse(line) as Json, place: `line ${index + 1}` })
    } catch {
      if (pages.length === 0) return undefined
      throw new ExportProblem(`line ${index + 1}`, 'is not valid JSON')
    }
  }
  return pages
}

function placeOf(text: string, error: unknown): string {
  const position = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1]
  const before = text.slice(0, position === undefined ? text.length : Number(position))
  const lines = before.split('\n')
  return `line ${lines.length}, column ${(lines.at(-1) ?? '').length + 1}`
}

function bucketRows(page: JsonObject, place: string): Row[] {
  return arrayAt(page, 'data').flatMap((bucket, at) => {
    const bucketPlace = `${place === '' ? '' : `${place}.`}data[${at}]`
    if (!isObject(bucket)) throw new ExportProblem(bucketPlace, 'must be an object')
    const { results, ...common } = bucket
    if (!Array.isArray(results)) return [rowOf({}, bucket, bucketPlace)]
    return results.map((result, index) => {
      const resultPlace = `${bucketPlace}.results[${index}]`
      if (!isObject(result)) throw new ExportProblem(resultPlace, 'must be an object')
      return rowOf(common, result, resultPlace)
    })
  })
}

/** Nested fields get the names they have in CSV exports: `amount_value`. */
function rowOf(common: JsonObject, result: JsonObject, place: string): Row {
  const cells = new Map<string, string>()
  flatten({ ...common, ...result }, '', cells)
  return { cells, placeOf: (name) => `${place === '' ? '' : `${place}.`}${name}` }
}

function flatten(value: JsonObject, prefix: string, cells: Map<string, string>): void {
  for (const [key, inner] of Object.entries(value)) {
    const name = `${prefix}${key}`
    if (isObject(inner)) flatten(inner, `${name}_`, cells)
    else if (inner === null || inner === undefined) cells.set(name, '')
    else if (!Array.isArray(inner)) cells.set(name, String(inner))
  }
}
