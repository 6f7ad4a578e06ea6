import zlib from 'node:zlib'
import { GatewayError } from '../../contract/errors.ts'

type Decode = (bytes: Buffer, bytesMax: number) => Promise<Buffer>

type Decompress = (
  bytes: Buffer,
  options: { maxOutputLength: number },
  done: (error: Error | null, result: Buffer) => void,
) => void

export function isIdentity(encoding: string | undefined): boolean {
  return encoding === undefined || encoding === '' || encoding.trim().toLowerCase() === 'identity'
}

/** Undefined for an encoding that is not supported, lists of several included. */
export function decoderFor(encoding: string | undefined): Decode | undefined {
  switch (encoding?.trim().toLowerCase()) {
    case 'gzip':
    case 'x-gzip':
      return decoder('gzip', zlib.gunzip)
    case 'deflate':
      return decoder('deflate', inflateEither)
    case 'br':
      return decoder('br', zlib.brotliDecompress)
    case 'zstd':
      // Not in the oldest Node versions we run on.
      return zlib.zstdDecompress === undefined ? undefined : decoder('zstd', unzstd)
    default:
      return undefined
  }
}

/** Runs in zlib's threads and stops at the limit, so a bomb costs no more memory than an honest body. */
function decoder(name: string, decompress: Decompress): Decode {
  return (bytes, bytesMax) =>
    new Promise((resolve, reject) => {
      decompress(bytes, { maxOutputLength: bytesMax }, (error, result) => {
        if (error === null) resolve(result)
        else reject(decodeError(error, name, bytesMax))
      })
    })
}

function decodeError(error: Error, name: string, bytesMax: number): GatewayError {
  if ('code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') {
    return new GatewayError(
      'body_too_large',
      `The decoded body is over the limit of ${bytesMax} bytes (\`limits.body\`).`,
    )
  }
  return new GatewayError(
    'invalid_body',
    `The body is not complete, valid ${name}, as content-encoding says.`,
  )
}

/** `deflate` means the zlib format, but some clients send the bare one. */
const inflateEither: Decompress = (bytes, options, done) => {
  const hasZlibHeader = ((bytes[0] ?? 0) & 0x0f) === 8 && bytes.length > 1 && bytes.readUInt16BE(0) % 31 === 0
  if (hasZlibHeader) zlib.inflate(bytes, options, done)
  else zlib.inflateRaw(bytes, options, done)
}

/** A zstd frame may ask for a window of 128 MB; 8 MB (2^23) is what its specification recommends to support. */
const unzstd: Decompress = (bytes, options, done) => {
  const params = { [zlib.constants.ZSTD_d_windowLogMax]: 23 }
  zlib.zstdDecompress(bytes, { ...options, params }, done)
}
