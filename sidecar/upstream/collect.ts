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
    const listener: BodyListener = {
      onData(chunk) {
        bytes += chunk.length
        if (bytes > options.bytesMax) {
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
      onFailure: resolve,
    }
    exchange.listen(decoding(options.encoding, listener))
  })
}
