import type { KeyObject } from 'node:crypto'
import type { PolicyDocument } from '../policy.ts'
import { canonicalJson } from './canonical.ts'
import { signId } from './keys.ts'
import { isRefusal, policyId, type ReadPolicy, readPolicy } from './read.ts'
import { shapeOf } from './shape.ts'

/** All that someone has to decide; id and signature follow from it. */
export type PolicyContent = Omit<PolicyDocument, 'schema' | 'id' | 'signature'>

/**
 * The document of these weights: rounded, named by its content, signed where there is a key. Same content, same bytes.
 * Throws when it would be refused wherever it came, so that nothing of the kind is ever published.
 */
export function makePolicy(content: PolicyContent, privateKey?: KeyObject): ReadPolicy {
  const shaped = shapeOf({ ...content, schema: 1, id: noId, signature: undefined })
  const id = policyId(shaped)
  const signature = privateKey === undefined ? undefined : signId(id, privateKey)
  const made = readPolicy(canonicalJson({ ...shaped, id, signature }))
  if (isRefusal(made)) throw new Error(made.detail)
  return made
}

const noId = '0'.repeat(64)
