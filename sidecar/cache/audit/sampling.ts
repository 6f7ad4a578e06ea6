/** How much of a route's hits is checked: much until it is known how good they are, then a little for ever. */
export interface SamplingState {
  readonly audits: number
  readonly day: number
  readonly today: number
  readonly usdToday: number
  readonly hitsToday: number
}

export const freshSampling: SamplingState = { audits: 0, day: 0, today: 0, usdToday: 0, hitsToday: 0 }

const auditsKnown = 300
const shareAtFirst = 0.1
const shareLater = 0.02
const perDayMin = 20
const dayMs = 86_400_000

export function samplingP(state: SamplingState, at: { nowMs: number; usdPerDay: number }): number {
  const isToday = state.day === Math.floor(at.nowMs / dayMs)
  if (isToday && state.usdToday >= at.usdPerDay) return 0
  if (state.audits < auditsKnown) return shareAtFirst
  // Few hits a day: a larger share, so that some twenty are seen all the same.
  const hits = isToday ? state.hitsToday : 0
  return hits > 0 && hits * shareLater < perDayMin && state.today < perDayMin ? shareAtFirst : shareLater
}

export function hitCounted(state: SamplingState, nowMs: number): SamplingState {
  const day = Math.floor(nowMs / dayMs)
  if (day !== state.day) return { ...state, day, today: 0, usdToday: 0, hitsToday: 1 }
  return { ...state, hitsToday: state.hitsToday + 1 }
}

export function auditCounted(state: SamplingState, usd: number, nowMs: number): SamplingState {
  const day = Math.floor(nowMs / dayMs)
  const today = day === state.day ? state : { ...state, day, today: 0, usdToday: 0, hitsToday: 0 }
  return { ...today, audits: today.audits + 1, today: today.today + 1, usdToday: today.usdToday + usd }
}
