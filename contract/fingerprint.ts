import { hash } from 'node:crypto'

/** Raise it with any change below: equal prompts must never get different fingerprints of one version. */
export const fingerprintVersion = 1

/** The top-level fields that carry the prompt, over all dialects. Model, sampling and limits do not count. */
export const promptKeys: ReadonlySet<string> = new Set([
  'contents',
  'documents',
  'input',
  'instructions',
  'messages',
  'prompt',
  'query',
  'system',
  'systemInstruction',
  'system_instruction',
  'tools',
])

/** A scanned JSON body: where its top-level values and its strings above 16 kB are. */
export interface ScannedBody {
  readonly bytes: Buffer
  readonly keys: readonly { readonly name: string; readonly valueStart: number; readonly valueEnd: number }[]
  readonly longStrings: readonly { readonly start: number; readonly end: number }[]
}

/** Strings above 16 kB are sampled, and so are fields above 64 kB: a prompt that long has a shape of its own. */
const fieldSampling = { aboveBytes: 65_536, edgeBytes: 16_384, windowBytes: 256, windowCount: 64 }
const stringSampling = { edgeBytes: 4096, windowBytes: 256, windowCount: 16 }
type Sampling = Omit<typeof fieldSampling, 'aboveBytes'>

/**
 * 32 hex digits (half a SHA-256) that are equal for requests with the same prompt bytes, whatever the model
 * and the order of fields; '' for a body without a prompt. Whitespace inside the prompt counts.
 *
 * What is long is sampled (length, both ends, windows between), so that an image or a book costs no more
 * than a few pages of text. The fingerprint groups and counts; it is no proof of equality and no cache key.
 */
export function promptFingerprint(body: ScannedBody): string {
  const parts = promptParts(body)
  if (parts.length === 0) return ''
  const pieces: Buffer[] = [versionLine]
  for (const { name, valueStart, valueEnd } of parts) {
    pieces.push(Buffer.from(`${name}:${valueEnd - valueStart}\n`))
    pieces.push(...sampledField(body, valueStart, valueEnd))
  }
  // One call over one buffer: an incremental hash costs more than the copy, up to large prompts.
  return hash('sha256', Buffer.concat(pieces), 'hex').slice(0, 32)
}

const versionLine = Buffer.from(`sidelight prompt ${fingerprintVersion}\n`)

/** Sorted by name; of duplicate fields the last counts, as for every reader of the body. */
function promptParts(body: ScannedBody): ScannedBody['keys'] {
  const found = body.keys.filter((key) => promptKeys.has(key.name))
  if (found.length < 2) return found
  const last = new Map(found.map((key) => [key.name, key]))
  return [...last.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** First the long strings, so that text between two images counts; then the field, if it is long all the same. */
function sampledField(body: ScannedBody, start: number, end: number): readonly Buffer[] {
  const pieces: Buffer[] = []
  addSampled(pieces, body, start, end)
  let bytes = 0
  for (const piece of pieces) bytes += piece.length
  if (bytes <= fieldSampling.aboveBytes) return pieces
  const samples: Buffer[] = []
  addSamples(
    samples,
    pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces),
    fieldSampling,
  )
  return samples
}

function addSampled(pieces: Buffer[], body: ScannedBody, start: number, end: number): void {
  let at = start
  for (const long of body.longStrings) {
    if (long.start < at || long.end > end) continue
    pieces.push(body.bytes.subarray(at, long.start))
    addSamples(pieces, body.bytes.subarray(long.start, long.end), stringSampling)
    at = long.end
  }
  pieces.push(body.bytes.subarray(at, end))
}

function addSamples(pieces: Buffer[], long: Buffer, sampling: Sampling): void {
  const { edgeBytes, windowBytes, windowCount } = sampling
  // JSON holds no NUL, so this cannot be imitated by content.
  pieces.push(Buffer.from(`\0${long.length}\0`), long.subarray(0, edgeBytes))
  const step = (long.length - 2 * edgeBytes - windowBytes) / (windowCount - 1)
  for (let index = 0; index < windowCount; index += 1) {
    const from = edgeBytes + Math.floor(index * step)
    pieces.push(long.subarray(from, from + windowBytes))
  }
  pieces.push(long.subarray(long.length - edgeBytes))
}
