import { Hash128 } from './hash128.ts'

/** Raise it with any change below: equal prompts must never get different fingerprints of one version. */
export const fingerprintVersion = 2

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
  readonly keys: readonly {
    readonly name: string
    readonly keyStart: number
    readonly keyEnd: number
    readonly valueStart: number
    readonly valueEnd: number
  }[]
  readonly longStrings: readonly { readonly start: number; readonly end: number }[]
}

/** Strings above 16 kB are sampled, and so are fields above 64 kB: a prompt that long has a shape of its own. */
const fieldSampling = { aboveBytes: 65_536, edgeBytes: 16_384, windowBytes: 256, windowCount: 64 }
const stringSampling = { edgeBytes: 4096, windowBytes: 256, windowCount: 16 }
type Sampling = Omit<typeof fieldSampling, 'aboveBytes'>

/**
 * 32 hex digits that are equal for requests with the same prompt bytes, whatever the model and the order of
 * fields; '' for a body without a prompt. Whitespace inside the prompt counts.
 *
 * What is long is sampled (length, both ends, windows between), so that an image or a book costs no more
 * than a few pages of text. The fingerprint groups and counts; it is no proof of equality and no cache key.
 */
export function promptFingerprint(body: ScannedBody): string {
  const parts = promptParts(body)
  if (parts.length === 0) return ''
  const hash = new Hash128(fingerprintVersion)
  for (const { keyStart, keyEnd, valueStart, valueEnd } of parts) {
    hash.add(body.bytes, keyStart, keyEnd)
    addField(hash, body, { start: valueStart, end: valueEnd })
  }
  return hash.hex()
}

/** Sorted by name; of duplicate fields the last counts, as for every reader of the body. */
function promptParts(body: ScannedBody): ScannedBody['keys'] {
  const found = body.keys.filter((key) => promptKeys.has(key.name))
  if (found.length < 2) return found
  const last = new Map(found.map((key) => [key.name, key]))
  return [...last.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

interface Range {
  readonly start: number
  readonly end: number
}

function addField(hash: Hash128, body: ScannedBody, field: Range): void {
  if (field.end - field.start <= fieldSampling.aboveBytes && body.longStrings.length === 0)
    hash.add(body.bytes, field.start, field.end)
  else addSampledField(hash, body, field)
}

/** First the long strings, so that text between two images counts; then the field, if it is long all the same. */
function addSampledField(hash: Hash128, body: ScannedBody, field: Range): void {
  const pieces = sampledPieces(body, field)
  let bytes = 0
  for (const piece of pieces) bytes += piece.length
  const samples: Buffer[] = []
  if (bytes > fieldSampling.aboveBytes) {
    const [only] = pieces
    addSamples(
      samples,
      pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces),
      fieldSampling,
    )
  }
  for (const piece of samples.length > 0 ? samples : pieces) hash.add(piece, 0, piece.length)
}

function sampledPieces(body: ScannedBody, { start, end }: Range): Buffer[] {
  const pieces: Buffer[] = []
  let at = start
  for (const long of body.longStrings) {
    if (long.start < at || long.end > end) continue
    pieces.push(body.bytes.subarray(at, long.start))
    addSamples(pieces, body.bytes.subarray(long.start, long.end), stringSampling)
    at = long.end
  }
  pieces.push(body.bytes.subarray(at, end))
  return pieces
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
