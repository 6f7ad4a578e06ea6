import { randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { unlink } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { type Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib'
import { QueryError } from './problem.ts'

/** SQL is read into memory up to here; the rows of an insert go to a file. */
export const textMax = 32 * 1024 * 1024

/** The body as it was before it was packed, bounded after unpacking: a bomb stops at the limit. */
export function openBody(req: IncomingMessage, bytesMax: number): Readable {
  const bounded = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length
      done(seen > bytesMax ? tooLarge(bytesMax) : null, chunk)
    },
  })
  let seen = 0
  const unpack = unpacker(req.headers['content-encoding'])
  // Not a pipeline: that would end the connection with the first error, and nobody would read what it was.
  const fail = (error: Error) => {
    bounded.destroy(error)
    readAway(req.unpipe())
  }
  const last = unpack === undefined ? req : req.pipe(unpack)
  last.pipe(bounded)
  unpack?.on('error', fail)
  bounded.on('error', fail)
  req.on('error', fail)
  req.on('close', () => {
    if (!req.complete) fail(new Error('the caller left'))
  })
  return bounded
}

/** So much of a refused body is read, so that its sender gets to the answer; then the connection ends. */
const readAwayBytesMax = 64 * 1024 * 1024

export function readAway(req: IncomingMessage): void {
  let left = readAwayBytesMax
  req.on('data', (chunk: Buffer) => {
    left -= chunk.length
    if (left < 0) req.destroy()
  })
  req.resume()
}

function tooLarge(bytesMax: number): QueryError {
  return QueryError.of('LIMIT_EXCEEDED', `The body is over ${bytesMax} bytes (warehouse.limits.body)`)
}

function unpacker(encoding: string | undefined) {
  switch (encoding) {
    case undefined:
    case '':
    case 'identity':
      return undefined
    case 'gzip':
    case 'x-gzip':
      return createGunzip()
    case 'deflate':
      return createInflate()
    case 'br':
      return createBrotliDecompress()
    case 'zstd':
      return createZstdDecompress()
    default:
      throw QueryError.of('UNKNOWN_COMPRESSION_METHOD', 'Send the body plain or as gzip, deflate, br or zstd')
  }
}

/** What a reader of a body threw: a packing that is none is the caller's fault. */
export function bodyError(error: unknown): QueryError {
  if (error instanceof QueryError) return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (/^(Z_|ERR__|ERR_BROTLI|ERR_ZSTD|ZSTD_|ERR_PADDING)/.test(code) || code.includes('DECOMPRESS')) {
    return QueryError.of('CANNOT_DECOMPRESS', 'The body is not what its Content-Encoding says')
  }
  return QueryError.of('QUERY_WAS_CANCELLED', 'The body did not arrive whole')
}

/** All of a text, or its first bytes with the rest still to come. */
export async function readHead(
  body: Readable,
  bytesMax: number,
): Promise<{ head: Buffer; isWhole: boolean }> {
  const chunks: Buffer[] = []
  let size = 0
  for (;;) {
    const chunk = body.read() as Buffer | null
    if (chunk !== null) {
      chunks.push(chunk)
      size += chunk.length
      if (size >= bytesMax) return { head: Buffer.concat(chunks), isWhole: false }
    } else if (body.readableEnded || body.destroyed) {
      if (body.errored !== null) throw bodyError(body.errored)
      return { head: Buffer.concat(chunks), isWhole: true }
    } else {
      await moreOf(body)
    }
  }
}

function moreOf(body: Readable): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: Error) => {
      body.off('readable', onMore).off('end', onMore).off('error', settle).off('close', onMore)
      if (error === undefined) resolve()
      else reject(bodyError(error))
    }
    const onMore = () => settle()
    body.on('readable', onMore).on('end', onMore).on('error', settle).on('close', onMore)
  })
}

export interface RowsFile extends AsyncDisposable {
  readonly path: string
}

/**
 * Rows of an insert in a file of their own. The engine runs whatever follows an empty line or a semicolon
 * behind rows in a statement as further statements; in a file they are rows and nothing else.
 */
export async function writeRows(directory: string, start: Buffer, rest: Readable): Promise<RowsFile> {
  const path = join(directory, `rows-${randomBytes(12).toString('hex')}`)
  const remove = () => unlink(path).catch(() => {})
  try {
    const file = createWriteStream(path, { flags: 'wx', mode: 0o600 })
    if (start.length > 0) file.write(start)
    await pipeline(rest, file)
  } catch (error) {
    await remove()
    const code = error instanceof Error && 'syscall' in error && 'code' in error ? error.code : undefined
    // A full disk is ours to say, a broken body the caller's.
    if (code === 'ENOSPC' || code === 'EIO' || code === 'EDQUOT')
      throw QueryError.of('STD_EXCEPTION', `The rows could not be written (${code})`)
    throw bodyError(error)
  }
  return { path, [Symbol.asyncDispose]: remove }
}
