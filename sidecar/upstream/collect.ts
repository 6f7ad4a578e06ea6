import { decoding } from './decode.ts'
import type { BodyListener, Exchange, Failure } from './exchange.ts'

export type Collected =
  | { readonly kind: 'body'; readonly bytes: Buffer }
  | Failure
  | { readonly kind: 'too_large' }

/** The whole body of an answer, decoded, up to a limit; beyond it the exchange is given up. */
export function collect(
  exchange: Exchange,
  options: { bytesMax: number; encoding: string | undefined },
): Promise<Collected> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let bytes = 0
    let isOver = false
    const listener: BodyListener = {
      onData(chunk) {
        // What a small piece unpacks to keeps coming after the limit.
        if (isOver) return
        bytes += chunk.length
        if (bytes > options.bytesMax) {
          isOver = true
          chunks.length = 0
          resolve({ kind: 'too_large' })
          exchange.abort('answer_too_large')
          return
        }
        chunks.push(chunk)
      },
      onEnd() {
        resolve({
          kind: 'body',
          bytes: chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, bytes),
        })
      },
      onFailure(failure) {
        resolve(failure)
        // A body that cannot be decoded may go on for long.
        exchange.abort(failure.code)
      },
    }
    exchange.listen(decoding(options.encoding, listener))
  })
}
