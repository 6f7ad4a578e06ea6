const hourMs = 3_600_000
const dayMs = 24 * hourMs
const coolDownMs = dayMs
const marginMs = 7 * dayMs
const margin = 0.01
const freezingReverts = 2

/** After a policy was taken back nothing new is tried for a day; after two in a week nothing until somebody looks. */
export function holdOf(
  reverts: readonly number[],
  nowMs: number,
): { readonly reason: string; readonly isFrozen: boolean } | undefined {
  const recent = reverts.filter((at) => nowMs - at < marginMs)
  if (recent.length >= freezingReverts)
    return { reason: `${recent.length} policies were taken back within 7 days: frozen`, isFrozen: true }
  const last = Math.max(...recent, Number.NEGATIVE_INFINITY)
  if (nowMs - last >= coolDownMs) return undefined
  const hours = Math.ceil((coolDownMs - (nowMs - last)) / hourMs)
  return { reason: `a policy was taken back: nothing new for another ${hours} h`, isFrozen: false }
}

/** By how much the floor is raised after a policy was taken back. */
export function marginOf(reverts: readonly number[], nowMs: number): number {
  return reverts.some((at) => nowMs - at < marginMs) ? margin : 0
}
