/**
 * The first of the codes an error states that is one: codes go into records and metrics, and some hosts put a
 * sentence, an address or the caller's own words where a code belongs.
 */
export function plainCode(stated: readonly (string | undefined)[], fallback: string): string {
  return stated.find((code) => code !== undefined && /^[\w.:-]{1,64}$/.test(code)) ?? fallback
}
