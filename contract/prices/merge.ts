import type { PriceOverride } from './read-overrides.ts'
import type { SeedEntry, SeedModel, SeedTier } from './seed.ts'

/** A row of the catalog with an override on top; a row of its own where the catalog has none. */
export function mergePrice(row: SeedModel | undefined, override: PriceOverride, provider: string): SeedModel {
  const blank: SeedModel = { id: override.model, provider, mode: 'chat', prices: [], src: 'user' }
  const { free: _, image_table: table, ...kept } = row ?? blank
  const prices = mergeEntry(row?.free === true ? [] : kept.prices, override)
  // A price per image the user states must not be beaten by the catalog's table.
  const keepsTable = table !== undefined && override.fields.per_image === undefined
  return { ...kept, ...(keepsTable ? { image_table: table } : {}), prices }
}

/** Without a start date an override holds always, so it goes over every entry of its window. */
function mergeEntry(
  entries: readonly SeedEntry[],
  { validFrom, fields }: PriceOverride,
): readonly SeedEntry[] {
  const hasWindow = (entry: SeedEntry) => String(entry.utc) === String(fields.utc)
  const isMeant = (entry: SeedEntry) =>
    hasWindow(entry) && (validFrom === undefined || entry.from === validFrom)
  if (entries.some(isMeant)) return entries.map((entry) => (isMeant(entry) ? merged(entry, fields) : entry))
  // A new start date states what changes on that day; the rest stays as it was the day before.
  const earlier = entries.filter((entry) => (entry.from ?? '') <= (validFrom ?? ''))
  const inForce = earlier.findLast(hasWindow) ?? earlier.findLast((entry) => entry.utc === undefined)
  const { from: _from, utc: _utc, ...base } = inForce ?? {}
  const entry = { ...(validFrom === undefined ? {} : { from: validFrom }), ...merged(base, fields) }
  return entries.toSpliced(earlier.length, 0, entry)
}

function merged(entry: SeedEntry, { tiers, ...fields }: PriceOverride['fields']): SeedEntry {
  if (tiers === undefined) return { ...entry, ...fields }
  return { ...entry, ...fields, tiers: mergeTiers(entry.tiers ?? [], tiers) }
}

function mergeTiers(listed: readonly SeedTier[], stated: readonly SeedTier[]): readonly SeedTier[] {
  const byBound = new Map(listed.map((tier) => [tier.above, tier]))
  for (const tier of stated) byBound.set(tier.above, { ...byBound.get(tier.above), ...tier })
  return [...byBound.values()]
}
