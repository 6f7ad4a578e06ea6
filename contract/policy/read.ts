import type { KeyObject } from 'node:crypto'
import type { PolicyDocument } from '../policy.ts'
import { canonicalJson, sha256Hex } from './canonical.ts'
import { isSignatureOf } from './keys.ts'
import type { Refusal } from './refusal.ts'
import { shapeOf, Unfit, writtenForm } from './shape.ts'

/** A thousand segments of fifty candidates have room in it. */
export const policyBytesMax = 4 * 1_048_576

export interface ReadPolicy {
  readonly document: PolicyDocument
  /** The canonical form: what is stored and handed on. */
  readonly text: string
}

/**
 * A policy that can be trusted by itself: its form, its sums, its id and, where a key is given, its signature. Whether
 * it fits here and now, `fitnessOf` says.
 */
export function readPolicy(text: string, publicKey?: KeyObject): ReadPolicy | Refusal {
  if (Buffer.byteLength(text) > policyBytesMax)
    return { reason: 'too_large', detail: `it is larger than ${policyBytesMax} bytes` }
  try {
    const fields = parsed(text)
    const document = shapeOf(fields)
    const written = writtenForm(fields as Readonly<Record<string, unknown>>, document)
    if (document.id !== policyId(written)) throw new Unfit('id_mismatch', 'the id is not that of its content')
    if (publicKey !== undefined) checkSignature(document, publicKey)
    return { document, text: canonicalJson(written) }
  } catch (error) {
    if (error instanceof Unfit) return { reason: error.reason, detail: error.message }
    // Nested too deeply, or a number without a form.
    return { reason: 'invalid', detail: 'it has no canonical form' }
  }
}

/** One that `readPolicy` has read, after it was sent: its maps have lost that they have no prototype, and nothing else. */
export function trustedPolicy(text: string): PolicyDocument {
  return shapeOf(parsed(text))
}

export function isRefusal(read: object): read is Refusal {
  return 'reason' in read
}

/** SHA-256 of the canonical document without `id` and `signature`. */
export function policyId(document: object): string {
  const { id: _id, signature: _signature, ...content } = document as Partial<PolicyDocument>
  return sha256Hex(canonicalJson(content))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Unfit('invalid', 'it is not JSON')
  }
}

function checkSignature({ id, signature }: PolicyDocument, key: KeyObject): void {
  if (signature === undefined) throw new Unfit('signature', 'it is not signed, and a key is configured')
  if (!isSignatureOf(id, signature, key))
    throw new Unfit('signature', 'its signature is not one of the configured key')
}
