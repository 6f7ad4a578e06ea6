import type { Context } from '../../context.ts'
import type { MaskPolicy } from '../../masking/policy.ts'
import type { Masked, RequestMaskerOptions } from '../../masking/request-masker.ts'
import { blockedError, unscannedError } from './errors.ts'

export type MaskAsk = RequestMaskerOptions

/** What records say of it: types and counts. */
export function noteFinds(context: Context, masked: Masked): void {
  const counts = { ...context.piiCounts }
  for (const [type, count] of masked.counts) counts[`in.${type}`] = count
  context.piiCounts = counts
  context.piiAction = masked.action
  context.unscannedParts = masked.unscanned
  context.piiScanUs += Math.round(masked.spentMs * 1000)
}

export function refuseWhatMayNotPass(policy: MaskPolicy, masked: Masked): void {
  if (masked.blocked.size > 0) throw blockedError(masked.blocked)
  if (policy.unscanned === 'block' && masked.unscanned > 0)
    throw unscannedError(`${masked.unscanned} part${masked.unscanned === 1 ? '' : 's'} of the request`)
}
