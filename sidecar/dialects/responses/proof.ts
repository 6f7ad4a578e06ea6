import type { Vendor } from '../../conversation/request.ts'

/**
 * Proofs of other vendors travel in `encrypted_content`, the one field of this dialect that callers send
 * back untouched. Ours carry a mark, so that they are told from OpenAI's own and reach only their issuer.
 * A body that holds the mark must be translated, not passed through: OpenAI refuses proofs it did not issue.
 */
export const foreignProofMark = 'sidelight.'

export interface Proof {
  readonly issuer: Vendor
  readonly kind: 'signature' | 'redacted' | 'call'
  readonly value: string
  /** For `call`: the tool call whose signature this is (Gemini signs calls, which have no field for it here). */
  readonly callId?: string
}

const vendors: readonly string[] = ['openai', 'anthropic', 'google', 'bedrock', 'other'] satisfies Vendor[]
const kinds: readonly string[] = ['signature', 'redacted', 'call'] satisfies Proof['kind'][]

export function sealProof(proof: Proof): string {
  if (proof.issuer === 'openai' && proof.kind !== 'call') return proof.value
  const callId = encodeURIComponent(proof.callId ?? '').replaceAll('.', '%2E')
  return `${foreignProofMark}${proof.issuer}.${proof.kind}.${callId}.${proof.value}`
}

/** Anything without our mark is OpenAI's own. */
export function openProof(sealed: string): Proof {
  const own: Proof = { issuer: 'openai', kind: 'signature', value: sealed }
  if (!sealed.startsWith(foreignProofMark)) return own
  const [, issuer = '', kind = '', callId = '', ...value] = sealed.split('.')
  if (!vendors.includes(issuer) || !kinds.includes(kind)) return own
  return {
    issuer: issuer as Vendor,
    kind: kind as Proof['kind'],
    value: value.join('.'),
    ...(callId !== '' && { callId: decoded(callId) }),
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
