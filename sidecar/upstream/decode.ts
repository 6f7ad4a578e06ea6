import type { Transform } from 'node:stream'
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createZstdDecompress,
} from 'node:zlib'
import type { BodyListener } from './exchange.ts'

const decoders: Readonly<Record<string, () => Transform>> = {
  gzip: () => createGunzip({ flush: constants.Z_SYNC_FLUSH }),
  'x-gzip': () => createGunzip({ flush: constants.Z_SYNC_FLUSH }),
  deflate: () => createInflate({ flush: constants.Z_SYNC_FLUSH }),
  br: () => createBrotliDecompress({ flush: constants.BROTLI_OPERATION_FLUSH }),
  zstd: () => createZstdDecompress(),
}

export function isDecodable(encoding: string | undefined): boolean {
  return encoding !== undefined && decoders[encoding.trim().toLowerCase()] !== undefined
}

/**
 * Providers are asked for plain bytes; some compress all the same. Flushes after every piece, so that a
 * compressed stream still arrives event by event.
 */
export function decoding(encoding: string | undefined, listener: BodyListener): BodyListener {
  const create = decoders[encoding?.trim().toLowerCase() ?? '']
  if (create === undefined) return listener
  const decoder = create()
  let isOver = false
  decoder.on('data', (chunk: Buffer) => listener.onData(chunk))
  decoder.on('end', () => {
    if (!isOver) listener.onEnd()
    isOver = true
  })
  decoder.on('error', () => {
    if (!isOver) listener.onFailure({ kind: 'failure', code: 'bad_encoding', staleSocket: false })
    isOver = true
  })
  return {
    onData: (chunk) => decoder.write(chunk),
    onEnd: () => decoder.end(),
    onFailure: (failure) => {
      if (!isOver) listener.onFailure(failure)
      isOver = true
      decoder.destroy()
    },
  }
}
