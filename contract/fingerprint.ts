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

const edgeBytes = 4096
const windowBytes = 256
const windowCount = 16

/**
 * 32 hex digits (half a SHA-256) that are equal for requests with the same prompt bytes, whatever the model
 * and the order of fields; '' for a body without a prompt. Whitespace inside the prompt counts.
 *
 * Strings above 16 kB are sampled (length, both ends, 16 windows between), so that an image costs no more
 * than a page of text. The fingerprint groups and counts; it is no proof of equality and no cache key.
 */
export function promptFingerprint(body: ScannedBody): string {
  const parts = promptParts(body)
  if (parts.length === 0) return ''
  const pieces: Buffer[] = [versionLine]
  for (const { name, valueStart, valueEnd } of parts) {
    pieces.push(Buffer.from(`${name}:${valueEnd - valueStart}\n`))
    addSampled(pieces, body, valueStart, valueEnd)
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

function addSampled(pieces: Buffer[], body: ScannedBody, start: number, end: number): void {
  let at = start
  for (const long of body.longStrings) {
    if (long.start < at || long.end > end) continue
    pieces.push(body.bytes.subarray(at, long.start))
    addSamples(pieces, body.bytes.subarray(long.start, long.end))
    at = long.end
  }
  pieces.push(body.bytes.subarray(at, end))
}

function addSamples(pieces: Buffer[], long: Buffer): void {
  // JSON holds no NUL, so this cannot be imitated by content.
  pieces.push(Buffer.from(`\0${long.length}\0`), long.subarray(0, edgeBytes))
  const step = (long.length - 2 * edgeBytes - windowBytes) / (windowCount - 1)
  for (let index = 0; index < windowCount; index += 1) {
    const from = edgeBytes + Math.floor(index * step)
    pieces.push(long.subarray(from, from + windowBytes))
  }
  pieces.push(long.subarray(long.length - edgeBytes))
}
