import type { IncomingMessage } from 'node:http'
import { announcedBytes, gather, type ReadOptions } from './read.ts'

/** Enough for the text fields before the first file; SDKs that put the file first keep their model to themselves. */
const prefixBytes = 64 * 1024
/** A model's name, a flag: nobody needs more, and a form field could be megabytes. */
const fieldBytesMax = 4096
const boundaryCharsMax = 200
const headBytesMax = 2048
const peekedFields = ['model', 'stream', 'response_format']

/** The first bytes of a body that is streamed on: `prefix` goes first, then what `rest` still brings. */
export interface BodyPrefix {
  readonly prefix: Buffer
  /** The request, paused. When `isWhole`, it brings nothing more. */
  readonly rest: IncomingMessage
  readonly isWhole: boolean
}

export interface MultipartStart extends BodyPrefix {
  readonly fields: Readonly<Record<string, string>>
  /** Where the values of those fields lie in the prefix, repeated fields included. */
  readonly ranges: readonly FieldRange[]
}

export interface FieldRange {
  readonly name: string
  readonly start: number
  readonly end: number
}

type PrefixOptions = Pick<ReadOptions, 'uploadMs' | 'waits'>

/** Reads the small fields in the first 64 KiB of a form; the files stay in the stream. */
export async function readMultipart(
  request: IncomingMessage,
  contentType: string,
  options: PrefixOptions,
): Promise<MultipartStart> {
  const start = await readPrefix(request, prefixBytes, options)
  const ranges = fieldRanges(contentType, start.prefix, peekedFields)
  return { ...start, ranges, fields: valuesOf(start.prefix, ranges) }
}

/** The prefix with another value for a field, at each place it stands. */
export function withField(start: MultipartStart, name: string, value: string): Buffer {
  const pieces: Buffer[] = []
  let at = 0
  for (const range of start.ranges) {
    if (range.name !== name) continue
    pieces.push(start.prefix.subarray(at, range.start), Buffer.from(value))
    at = range.end
  }
  return at === 0 ? start.prefix : Buffer.concat([...pieces, start.prefix.subarray(at)])
}

/** Rejects like `readBody` when the caller goes or stalls. The prefix may be a chunk longer than `bytesMax`. */
export async function readPrefix(
  request: IncomingMessage,
  bytesMax: number,
  options: PrefixOptions,
): Promise<BodyPrefix> {
  const prefix = await gather(request, {
    bytesMax: Number.POSITIVE_INFINITY,
    enoughBytes: bytesMax,
    ...options,
  })
  const isWhole = prefix.length < bytesMax || prefix.length === announcedBytes(request)
  return { prefix, rest: request, isWhole }
}

/**
 * The named text fields among the complete parts of a form's first bytes. Tolerant: what cannot be read is
 * left out, because the provider is the judge of the form.
 */
export function peekMultipartFields(
  contentType: string,
  prefix: Buffer,
  names: readonly string[],
): Record<string, string> {
  return valuesOf(prefix, fieldRanges(contentType, prefix, names))
}

function valuesOf(prefix: Buffer, ranges: readonly FieldRange[]): Record<string, string> {
  const fields: Record<string, string> = Object.create(null)
  for (const { name, start, end } of ranges) fields[name] = prefix.toString('utf8', start, end)
  return fields
}

function fieldRanges(contentType: string, prefix: Buffer, names: readonly string[]): FieldRange[] {
  const ranges: FieldRange[] = []
  const boundary = boundaryOf(contentType)
  if (boundary === undefined) return ranges
  const delimiter = `--${boundary}`
  let start = partStart(prefix, prefix.indexOf(delimiter), delimiter)
  while (start >= 0) {
    const next = prefix.indexOf(`\n${delimiter}`, start)
    // A part that is cut off here is the file the rest of the stream brings.
    if (next < 0) break
    const range = fieldRange(prefix, { start, end: next }, names)
    if (range !== undefined) ranges.push(range)
    start = partStart(prefix, next + 1, delimiter)
  }
  return ranges
}

function boundaryOf(contentType: string): string | undefined {
  const match = /;\s*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType)
  const boundary = match?.[1] ?? match?.[2]
  return boundary !== undefined && boundary.length <= boundaryCharsMax ? boundary : undefined
}

/** Behind the line of the delimiter at `at`; -1 at the closing delimiter or without one. */
function partStart(prefix: Buffer, at: number, delimiter: string): number {
  if (at < 0) return -1
  const after = at + Buffer.byteLength(delimiter)
  if (prefix.toString('latin1', after, after + 2) === '--') return -1
  const lineEnd = prefix.indexOf('\n', after)
  return lineEnd < 0 ? -1 : lineEnd + 1
}

function fieldRange(
  prefix: Buffer,
  part: { readonly start: number; readonly end: number },
  names: readonly string[],
): FieldRange | undefined {
  const text = prefix.toString('latin1', part.start, Math.min(part.end, part.start + 2048))
  const head = /^(?:[^\n]+\n)*?\r?\n/.exec(text)?.[0]
  const name = head === undefined ? undefined : fieldName(head)
  if (head === undefined || name === undefined || !names.includes(name)) return undefined
  const start = part.start + head.length
  const end = prefix[part.end - 1] === 0x0d && part.end > start ? part.end - 1 : part.end
  return end - start > fieldBytesMax ? undefined : { name, start, end }
}

/** Undefined for files, and for heads without a name. */
function fieldName(head: string): string | undefined {
  const disposition = /^content-disposition:([^\n]*)/im.exec(head)?.[1]
  if (disposition === undefined || /;\s*filename\*?=/i.test(disposition)) return undefined
  const match = /;\s*name=(?:"((?:[^"\\]|\\.)*)"|([^\s;]+))/i.exec(disposition)
  return match?.[1]?.replaceAll(/\\(.)/g, '$1') ?? match?.[2]
}

/** A text of a form that people may have written: the value of a field, or the head of a part with its file's name. */
export interface FormText {
  readonly start: number
  readonly end: number
}

export interface WholeForm {
  readonly texts: readonly FormText[]
  readonly files: number
}

/** All texts of a form that is there whole. Undefined: it can't be read. */
export function formTexts(contentType: string, bytes: Buffer): WholeForm | undefined {
  const boundary = boundaryOf(contentType)
  if (boundary === undefined) return undefined
  const delimiter = `--${boundary}`
  const texts: FormText[] = []
  let files = 0
  let start = partStart(bytes, bytes.indexOf(delimiter), delimiter)
  while (start >= 0) {
    const next = bytes.indexOf(`\n${delimiter}`, start)
    const head = headOf(bytes, start)
    if (next < 0 || head === undefined || start + head.length > next) return undefined
    const valueStart = start + head.length
    texts.push({ start, end: valueStart })
    const isFile = /^content-disposition:[^\n]*;\s*filename\*?=/im.test(head)
    if (isFile) files += 1
    else texts.push({ start: valueStart, end: valueEnd(bytes, valueStart, next) })
    start = partStart(bytes, next + 1, delimiter)
  }
  return { texts, files }
}

/** The same form with other bytes, all of them here. */
export function withBytes(form: MultipartStart, contentType: string, bytes: Buffer): MultipartStart {
  const ranges = fieldRanges(contentType, bytes, peekedFields)
  return { prefix: bytes, rest: form.rest, isWhole: true, ranges, fields: valuesOf(bytes, ranges) }
}

function headOf(bytes: Buffer, start: number): string | undefined {
  const text = bytes.toString('latin1', start, start + headBytesMax)
  return /^(?:[^\n]+\n)*?\r?\n/.exec(text)?.[0]
}

function valueEnd(bytes: Buffer, start: number, end: number): number {
  return bytes[end - 1] === 0x0d && end > start ? end - 1 : end
}
