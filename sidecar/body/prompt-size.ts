import type { JsonBody } from './json-body.ts'

/** What an image or a page of a document costs in tokens does not follow from its bytes; about this many. */
const mediaBytes = 4000

/** Bytes of the body that read as text: base64 of images and documents counts as a flat few. */
export function promptBytes(body: JsonBody): number {
  let bytes = body.bytes.length
  for (const long of body.longStrings) if (long.isBase64) bytes -= long.end - long.start - mediaBytes
  return Math.max(bytes, 0)
}
