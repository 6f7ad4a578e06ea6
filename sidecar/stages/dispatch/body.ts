import { Readable } from 'node:stream'
import type { Context } from '../../context.ts'
import type { Lane } from '../../lanes/lane.ts'

/** The body as it goes up: the lane's bytes, or the caller's stream with the part already read in front. */
export function bodyFor(
  context: Context,
  lane: Lane,
): { body: Buffer | Readable | undefined; length: number | undefined } {
  if (lane.body !== undefined) return { body: lane.body, length: undefined }
  const { req, bodyPrefix } = context
  if (context.isBodyWhole && bodyPrefix !== undefined) return { body: bodyPrefix, length: undefined }
  const length = req.headers['content-length']
  const hasBody = length !== undefined || req.headers['transfer-encoding'] !== undefined
  if (!hasBody) return { body: undefined, length: undefined }
  const body =
    bodyPrefix === undefined ? req : Readable.from(prefixed(bodyPrefix, req), { objectMode: false })
  return { body, length: length === undefined ? undefined : Number(length) }
}

async function* prefixed(prefix: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  if (prefix.length > 0) yield prefix
  yield* rest
}
