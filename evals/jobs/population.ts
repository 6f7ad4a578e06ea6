import { PRIMARY } from '../../contract/fragments.ts'

/**
 * Requests that were drawn by weights and answered by a provider: what may be learned from. Those of a canary and of
 * its control are draws like any other, each by its own version's weights.
 */
export const DRAWN = `route = {route:String} AND ${PRIMARY} AND policy_role IN ('active', 'candidate', 'control', 'holdout')
  AND override_source = '' AND candidate_assigned != '' AND cache IN ('off', 'miss')`

/** The assigned candidate answered by itself: what an answer says of it. */
export const OWN = 'candidate_served = candidate_assigned AND NOT fallback_used'

/** Milliseconds as the engine's time. */
export const at = (name: string) => `fromUnixTimestamp64Milli({${name}:Int64}, 'UTC')`

/** Rows by when they arrived here, so that clocks of sidecars do not matter; `ts` only says where to look. */
export const ARRIVED = `ingested_at > ${at('from')} AND ingested_at <= ${at('to')} AND ts > ${at('from')} - INTERVAL 7 DAY`

/** Where a unit stands in [0, 1): which side of the split between learning and validating it is on. */
export const PLACE = 'reinterpretAsUInt32(reverse(unhex(substring(toString(unit_hash), 1, 8)))) / 4294967296'

/** Of the units, those whose scores only validate. */
export const heldBackShare = 0.3

export const dayMs = 86_400_000
/** How far back anything counts: after four weeks a score counts for a quarter. */
export const memoryDays = 28

export const AGE = (time: string) =>
  `toUInt32(greatest(0, intDiv({now:Int64} - toUnixTimestamp64Milli(${time}), ${dayMs})))`
