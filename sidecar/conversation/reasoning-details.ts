import { arrayAt, type JsonObject, numberAt, stringAt } from '../../contract/json.ts'
import type { ThinkingPart, Vendor } from './request.ts'

/**
 * How thinking stands on the chat wire, in requests and answers alike: `reasoning_content` (some hosts:
 * `reasoning`, some both) is the plain text, `reasoning_details` carries what must come back untouched.
 */
const formatOfVendor: Readonly<Record<Vendor, string>> = {
  anthropic: 'anthropic-claude-v1',
  openai: 'openai-responses-v1',
  google: 'google-gemini-v1',
  bedrock: 'bedrock-converse-v1',
  other: 'unknown',
}

function vendorOfFormat(format: string | undefined): Vendor {
  if (format === undefined) return 'other'
  if (format.startsWith('anthropic')) return 'anthropic'
  if (format.startsWith('openai') || format.startsWith('azure-openai')) return 'openai'
  if (format.startsWith('google')) return 'google'
  return format.startsWith('bedrock') ? 'bedrock' : 'other'
}

/** One entry of `reasoning_details`; only thinking with a proof needs one. */
export function reasoningDetail(part: ThinkingPart, index: number): JsonObject {
  const shared = {
    ...(part.id === undefined ? {} : { id: part.id }),
    format: formatOfVendor[part.issuer ?? 'other'],
    index,
  }
  if (part.redacted !== undefined) return { type: 'reasoning.encrypted', data: part.redacted, ...shared }
  const signature = part.signature === undefined ? {} : { signature: part.signature }
  return { type: 'reasoning.text', text: part.text, ...signature, ...shared }
}

/** The thinking of a message or a stream delta, each text once however many fields repeat it. */
export function readThinking(message: JsonObject): ThinkingPart[] {
  const plain = stringAt(message, 'reasoning_content') || stringAt(message, 'reasoning') || ''
  const details = arrayAt(message, 'reasoning_details').flatMap(detailPart)
  if (details.length === 0) return plain === '' ? [] : [{ type: 'thinking', text: plain }]
  return aligned(plain, mergedByIndex(details))
}

interface Detail {
  readonly part: ThinkingPart
  readonly index: number | undefined
}

function detailPart(detail: unknown): Detail[] {
  const issuer = vendorOfFormat(stringAt(detail, 'format'))
  const id = stringAt(detail, 'id')
  const shared = { type: 'thinking' as const, issuer, ...(id ? { id } : {}) }
  const index = numberAt(detail, 'index')
  const redacted = stringAt(detail, 'data')
  if (redacted) return [{ part: { ...shared, text: '', redacted }, index }]
  const text = stringAt(detail, 'text') ?? stringAt(detail, 'summary') ?? ''
  const signature = stringAt(detail, 'signature')
  if (text === '' && !signature) return []
  return [{ part: { ...shared, text, ...(signature ? { signature } : {}) }, index }]
}

/** Clients that merely collect stream deltas send one block back in pieces with the same index. */
function mergedByIndex(details: readonly Detail[]): ThinkingPart[] {
  const merged: ThinkingPart[] = []
  let open: Detail | undefined
  for (const detail of details) {
    const last = merged.at(-1)
    const isPiece =
      open !== undefined &&
      last !== undefined &&
      detail.index !== undefined &&
      detail.index === open.index &&
      last.redacted === undefined &&
      last.signature === undefined &&
      detail.part.redacted === undefined
    if (isPiece) merged[merged.length - 1] = { ...last, ...detail.part, text: last.text + detail.part.text }
    else merged.push(detail.part)
    open = detail
  }
  return merged
}

/** Finds the proven blocks in the plain text, so that what stands between them is kept, and kept once. */
function aligned(plain: string, proven: readonly ThinkingPart[]): ThinkingPart[] {
  const parts: ThinkingPart[] = []
  let rest = plain
  for (const part of proven) {
    const at = part.text === '' ? -1 : rest.indexOf(part.text)
    if (at > 0) parts.push({ type: 'thinking', text: rest.slice(0, at) })
    if (at >= 0) rest = rest.slice(at + part.text.length)
    parts.push(part)
  }
  const hasText = proven.some((part) => part.text !== '')
  if (rest === '') return parts
  // Proofs without text prove the plain text before them.
  const unplaced = { type: 'thinking', text: rest } as const
  return hasText ? [...parts, unplaced] : [...proofOnText(unplaced, parts)]
}

function proofOnText(plain: ThinkingPart, proofs: readonly ThinkingPart[]): ThinkingPart[] {
  const [first, ...others] = proofs
  if (first?.signature === undefined) return [plain, ...proofs]
  return [{ ...first, text: plain.text }, ...others]
}
