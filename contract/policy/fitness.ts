import type { PolicyDocument, Weights } from '../policy.ts'
import type { Refusal } from './refusal.ts'

export interface Circumstances {
  readonly nowMs: number
  /** What is in force of the route, if anything. */
  readonly inForce: { readonly version: number; readonly id: string } | undefined
  /** Ids of the route's candidates; undefined: there is no such route. */
  readonly candidates: ReadonlySet<string> | undefined
}

/** Why a policy that is sound in itself may not come into force here and now; undefined when it may. */
export function fitnessOf(document: PolicyDocument, here: Circumstances): Refusal | undefined {
  const { inForce, candidates } = here
  if (candidates === undefined) return { reason: 'unknown_route', detail: 'no such route is configured' }
  if (inForce !== undefined && document.version <= inForce.version) {
    const detail = `version ${document.version} is not newer than ${inForce.version}, which is in force`
    return { reason: 'not_newer', detail }
  }
  if (!namesOneOf(document, candidates))
    return { reason: 'no_candidate', detail: 'none of its candidates is configured' }
  const { not_before: notBefore } = document
  if (notBefore !== undefined && Date.parse(notBefore) > here.nowMs)
    return { reason: 'not_before', detail: `it is for later: ${notBefore}` }
  return undefined
}

/** Whether it gives a share to a candidate that is there. */
export function namesOneOf(document: PolicyDocument, candidates: ReadonlySet<string>): boolean {
  const gives = (weights: Weights) =>
    Object.entries(weights).some(([id, weight]) => weight > 0 && candidates.has(id))
  return gives(document.default) || Object.values(document.segments).some(gives)
}
