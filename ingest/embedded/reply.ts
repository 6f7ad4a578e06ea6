import { randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import type { Transform } from 'node:stream'
import { finished } from 'node:stream/promises'
import {
  constants,
  createBrotliCompress,
  createDeflate,
  createGzip,
  createZstdCompress,
  type Zlib,
} from 'node:zlib'
import type { Output, Whole } from './answer.ts'
import { formatOf } from './formats.ts'
import type { QueryError } from './problem.ts'
import type { Encoding, Question } from './question.ts'

/** Often enough for an eye, and seldom enough that blocks of a few rows don't spend their time on it. */
const flushMs = 50
/** Below this, packing costs more than it saves. */
const packFromBytes = 1024

export interface Reply extends Output {
  readonly tally: { bytes: number; rows: number; writtenRows: number }
  fail(error: QueryError): Promise<void>
}

/** A response in the words of ClickHouse's HTTP interface. */
export function createReply(res: ServerResponse, question: Pick<Question, 'id' | 'encoding'>): Reply {
  const startMs = performance.now()
  const exceptionTag = randomBytes(8).toString('hex')
  const tally = { bytes: 0, rows: 0, writtenRows: 0 }
  let body: (Transform & Zlib) | ServerResponse | undefined
  let flushedMs = 0

  const head = (format: string | undefined, summary: Readonly<Record<string, number>>) => {
    const elapsed = Math.round((performance.now() - startMs) * 1e6)
    res.setHeader('X-ClickHouse-Summary', summaryText({ ...summary, elapsed_ns: elapsed }))
    res.setHeader('X-ClickHouse-Query-Id', question.id)
    res.setHeader('X-ClickHouse-Server-Display-Name', 'sidelight')
    res.setHeader('X-ClickHouse-Timezone', 'UTC')
    if (format === undefined) return
    res.setHeader('X-ClickHouse-Format', format)
    res.setHeader('Content-Type', formatOf(format)?.type ?? 'application/octet-stream')
  }

  const open = (encoding: Encoding | undefined) => {
    if (encoding === undefined) return res
    const pack = packer(encoding)
    res.setHeader('Content-Encoding', encoding)
    pack.pipe(res)
    return pack
  }

  return {
    tally,
    async whole(result: Whole) {
      tally.bytes = result.bytes.length
      tally.rows = result.rows
      tally.writtenRows = result.written.rows
      head(result.format, wholeSummary(result))
      const encoding = result.bytes.length < packFromBytes ? undefined : question.encoding
      if (encoding === undefined) res.setHeader('Content-Length', result.bytes.length)
      await finish(open(encoding), result.bytes, res)
    },
    async piece(bytes, format) {
      tally.bytes += bytes.length
      if (body === undefined) {
        res.setHeader('X-ClickHouse-Exception-Tag', exceptionTag)
        head(format, {})
        body = open(question.encoding)
      }
      if (!body.write(bytes)) await drained(body, res)
      if (body === res || performance.now() - flushedMs < flushMs)
        return // Without this a packer keeps rows back until it has enough of them.
      ;(body as Zlib).flush()
      flushedMs = performance.now()
    },
    async end() {
      if (body !== undefined) await finish(body, undefined, res)
    },
    async fail(error) {
      if (!res.headersSent && body === undefined) return refuse(res, question, error)
      await breakOff(body ?? res, res, exceptionBlock(exceptionTag, error.message))
    },
  }
}

function summaryText(figures: Readonly<Record<string, number>>): string {
  return JSON.stringify(
    Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, String(value)])),
  )
}

/** The engine does not say how much it read; what is not known is not stated. */
function wholeSummary({ bytes, rows, written }: Whole): Readonly<Record<string, number>> {
  return {
    written_rows: written.rows,
    written_bytes: written.bytes,
    result_rows: rows,
    result_bytes: bytes.length,
  }
}

async function refuse(res: ServerResponse, question: Pick<Question, 'id'>, error: QueryError): Promise<void> {
  const text = Buffer.from(`${error.message}\n`)
  res.writeHead(error.status, {
    'Content-Type': 'text/plain; charset=UTF-8',
    'Content-Length': text.length,
    'X-ClickHouse-Exception-Code': String(error.code),
    'X-ClickHouse-Query-Id': question.id,
    'X-ClickHouse-Server-Display-Name': 'sidelight',
    ...(error.status === 401 || error.code === 516 ? { 'WWW-Authenticate': 'Basic realm="Sidelight"' } : {}),
    ...(error.status === 429 ? { 'Retry-After': '1' } : {}),
  })
  res.end(text)
}

function packer(encoding: Encoding): Transform & Zlib {
  switch (encoding) {
    case 'gzip':
      return createGzip({ level: 3 })
    case 'deflate':
      return createDeflate({ level: 3 })
    case 'br':
      return createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 4 } })
    case 'zstd':
      return createZstdCompress()
    default: {
      const unknown: never = encoding
      return unknown
    }
  }
}

async function finish(
  body: Transform | ServerResponse,
  bytes: Buffer | undefined,
  res: ServerResponse,
): Promise<void> {
  body.end(bytes)
  // A caller who left is no error of ours.
  await finished(res).catch(() => {})
}

function drained(body: Transform | ServerResponse, res: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      body.off('drain', settle)
      res.off('close', settle)
      resolve()
    }
    body.on('drain', settle)
    res.on('close', settle)
    if (res.closed) settle()
  })
}

/** How ClickHouse tells of an error when rows have already been sent. The length includes the end of line. */
function exceptionBlock(tag: string, message: string): Buffer {
  const text = `${message}\n`
  return Buffer.from(
    `\r\n__exception__\r\n${tag}\r\n${text}${Buffer.byteLength(text)} ${tag}\r\n__exception__\r\n`,
  )
}

/**
 * The last piece, then the connection: nobody may take half a result for a whole one. A packed result ends as
 * it should, because its reader would lose what a broken one still holds; the block then says what happened.
 */
async function breakOff(body: Transform | ServerResponse, res: ServerResponse, block: Buffer): Promise<void> {
  if (body !== res) return finish(body, block, res)
  await new Promise<void>((resolve) => {
    res.once('close', resolve)
    res.write(block, () => resolve())
  })
  res.destroy()
}
