import { isObject } from '../../../contract/json.ts'
import type { Vendor } from '../../conversation/request.ts'

/** A proof that a model's thinking or call is its own, and whose it is. */
export interface Proof {
  readonly signature?: string
  readonly redacted?: string
  readonly issuer: Vendor
  readonly id?: string
}

const mark = 'sidelight1:'

/**
 * Gemini callers send `thoughtSignature` back as they got it, so it can carry any vendor's proof. Google's
 * own stays as it is; another's is wrapped with its issuer. It is base64 because SDKs read it as bytes.
 */
export function wrapProof(proof: Proof): string {
  if (proof.issuer === 'google' && proof.redacted === undefined) return proof.signature ?? ''
  return Buffer.from(mark + JSON.stringify(proof), 'utf8').toString('base64')
}

const markBase64 = Buffer.from(mark, 'utf8').toString('base64').slice(0, 12)
const vendors: readonly string[] = ['openai', 'anthropic', 'google', 'bedrock', 'other'] satisfies Vendor[]

export function unwrapProof(thoughtSignature: string): Proof {
  const google: Proof = { signature: thoughtSignature, issuer: 'google' }
  // Python's SDK writes bytes as URL-safe base64; Buffer reads both.
  if (!thoughtSignature.startsWith(markBase64)) return google
  const text = Buffer.from(thoughtSignature, 'base64').toString('utf8')
  if (!text.startsWith(mark)) return google
  return proofFrom(text.slice(mark.length)) ?? google
}

function proofFrom(text: string): Proof | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isObject(value)) return undefined
  const { issuer, signature, redacted, id } = value
  if (typeof issuer !== 'string' || !vendors.includes(issuer)) return undefined
  return {
    issuer: issuer as Vendor,
    ...(typeof signature === 'string' ? { signature } : {}),
    ...(typeof redacted === 'string' ? { redacted } : {}),
    ...(typeof id === 'string' ? { id } : {}),
  }
}
