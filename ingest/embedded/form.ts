import { QueryError } from './problem.ts'
import { parameterName } from './question.ts'

export interface Form {
  readonly query: string
  readonly parameters: readonly (readonly [name: string, value: string])[]
}

/** A form of plain fields: the statement and its parameters, as the official client sends long ones. */
export function readForm(body: Buffer, contentType: string): Form {
  const boundary = /;\s*boundary=(?:"([^"]{1,200})"|([^\s;]{1,200}))/i.exec(contentType)
  const mark = boundary?.[1] ?? boundary?.[2]
  if (mark === undefined) throw QueryError.of('BAD_ARGUMENTS', 'The form has no boundary')
  let query = ''
  const parameters: [string, string][] = []
  for (const part of partsOf(body, Buffer.from(`--${mark}`))) {
    const { name, isFile, value } = field(part)
    if (isFile || !(name === 'query' || name.startsWith('param_'))) {
      throw QueryError.of(
        'NOT_IMPLEMENTED',
        'External tables are not taken here: a form holds query and param_*',
      )
    }
    if (name === 'query') query = value
    else parameters.push([parameterName(name.slice(6)), value])
  }
  return { query, parameters }
}

/** More fields than any client sends. */
const partsMax = 10_000

function partsOf(body: Buffer, mark: Buffer): Buffer[] {
  const parts: Buffer[] = []
  let at = body.indexOf(mark)
  while (at >= 0 && parts.length < partsMax) {
    const start = at + mark.length
    if (body.subarray(start, start + 2).toString('latin1') === '--') return parts
    const end = body.indexOf(mark, start)
    if (end < 0) break
    // Between the ends of line that belong to the marks.
    parts.push(body.subarray(start + 2, end - 2))
    at = end
  }
  throw QueryError.of('BAD_ARGUMENTS', 'The form is not complete')
}

function field(part: Buffer): { name: string; isFile: boolean; value: string } {
  const at = part.indexOf('\r\n\r\n')
  if (at < 0) throw QueryError.of('BAD_ARGUMENTS', 'A field of the form has no head')
  const head = part.subarray(0, at).toString('utf8')
  const name = /content-disposition:[^\r\n]*[;\s]name="([^"\r\n]*)"/i.exec(head)?.[1] ?? ''
  return {
    name,
    isFile: /content-disposition:[^\r\n]*;\s*filename/i.test(head),
    value: part.subarray(at + 4).toString('utf8'),
  }
}
