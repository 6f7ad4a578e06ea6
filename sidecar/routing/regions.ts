import type { ConnectedProvider, ProviderTarget } from './route.ts'

/** A target that does not say where it computes may compute anywhere. */
export function isIn({ settings }: ProviderTarget, regions: readonly string[] | undefined): boolean {
  return regions === undefined || (settings.region !== '' && regions.includes(settings.region))
}

/** Why none of the provider's targets may compute for a route with these regions; undefined: one may. */
export function regionReason(
  { targets }: ConnectedProvider,
  regions: readonly string[] | undefined,
): 'region' | 'region_unknown' | undefined {
  if (regions === undefined || targets.some((target) => isIn(target, regions))) return undefined
  return targets.every(({ settings }) => settings.region === '') ? 'region_unknown' : 'region'
}
