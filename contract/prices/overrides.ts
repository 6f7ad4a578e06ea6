import type { Fraction } from '../money.ts'
import { type Catalog, type CatalogSource, catalogProvider, createCatalog } from './catalog.ts'
import { mergePrice } from './merge.ts'
import {
  noOverrides,
  type OverrideProblem,
  type Overrides,
  type PriceOverride,
  readOverrides,
} from './read-overrides.ts'
import type { SeedEntry, SeedModel } from './seed.ts'

/** A provider of the configuration and the provider of the catalog it is charged by; '' for none. */
export interface PricedProvider {
  readonly name: string
  readonly catalogProvider: string
}

/** A prices file that cannot be used; every problem names its key. */
export class PriceFileError extends Error {
  readonly problems: readonly OverrideProblem[]
  constructor(problems: readonly OverrideProblem[]) {
    super(problems.map(textOf).join('\n'))
    this.name = 'PriceFileError'
    this.problems = problems
  }
}

/** The catalog under a configuration and the parsed prices file of its user, who may have none. */
export function applyOverrides(
  shipped: Catalog,
  file: unknown,
  config: {
    readonly providers: Readonly<
      Record<string, { readonly kind: string; readonly host?: string | undefined }>
    >
  },
): { catalog: Catalog; warnings: readonly string[] } {
  const { overrides, problems } = readOverrides(file)
  if (problems.length > 0) throw new PriceFileError(problems)
  const providers = Object.entries(config.providers).map(([name, { kind, host = '' }]) => ({
    name,
    catalogProvider: catalogProvider(kind, host),
  }))
  const { catalog, warnings } = configureCatalog(shipped, { providers, overrides })
  return { catalog, warnings: warnings.map(textOf) }
}

function textOf({ path, message }: OverrideProblem): string {
  return path === '' ? message : `${path}: ${message}`
}

type Shelf = ReadonlyMap<string, SeedModel>

/**
 * The catalog as one configuration sees it: every configured provider is a name of its own, with the rows of
 * its catalog provider under the user's overrides. From then on the configured name wins, so that a provider
 * called `openai` that is a local server is not charged OpenAI's prices.
 */
export function configureCatalog(
  shipped: Catalog,
  options: { readonly providers: readonly PricedProvider[]; readonly overrides?: Overrides },
): { catalog: Catalog; warnings: readonly OverrideProblem[] } {
  const { providers, overrides = noOverrides } = options
  const warnings: OverrideProblem[] = []
  const configured = new Set(providers.map((provider) => provider.name))
  const listed = new Map<string, Shelf>(shipped.source.shelves)
  // A configured name that means the provider of the catalog itself changes the rows its namesakes share.
  const own = new Set(providers.filter((p) => p.name === p.catalogProvider).map((p) => p.name))
  const isShared = ({ provider }: PriceOverride) => !configured.has(provider) || own.has(provider)
  for (const override of overrides.prices.filter(isShared)) {
    if (!configured.has(override.provider) && !isKnown(override.provider, listed, providers)) {
      warnings.push({
        path: `${override.path}.provider`,
        message: 'no provider of this name is configured or listed',
      })
    }
    put(listed, override, { catalogProvider: override.provider, warnings })
  }
  const discounts = new Map(overrides.discounts)
  for (const name of overrides.discounts.keys()) {
    if (!configured.has(name) && !isKnown(name, listed, providers))
      warnings.push({
        path: `factors.providers.${name}`,
        message: 'no provider of this name is configured or listed',
      })
  }
  const shelves = new Map(listed)
  for (const { name, catalogProvider } of providers) {
    shelves.set(name, listed.get(catalogProvider) ?? new Map())
    // A factor of the vendor holds for every name it is configured under, unless the name has its own.
    const discount =
      overrides.discounts.get(name) ?? sharedDiscount(catalogProvider, overrides, own, configured)
    if (discount !== undefined) discounts.set(name, discount)
    for (const override of overrides.prices) {
      if (override.provider === name && !isShared(override))
        put(shelves, override, { catalogProvider, warnings })
    }
  }
  const source: CatalogSource = {
    ...shipped.source,
    shelves,
    discounts,
    markups: overrides.markups,
  }
  return { catalog: createCatalog(source), warnings }
}

/** A configured name that only looks like the vendor's speaks for itself alone. */
function sharedDiscount(
  vendor: string,
  overrides: Overrides,
  own: ReadonlySet<string>,
  configured: ReadonlySet<string>,
): Fraction | undefined {
  return configured.has(vendor) && !own.has(vendor) ? undefined : overrides.discounts.get(vendor)
}

function isKnown(
  name: string,
  listed: ReadonlyMap<string, Shelf>,
  providers: readonly PricedProvider[],
): boolean {
  return listed.has(name) || providers.some((provider) => provider.catalogProvider === name)
}

function put(
  shelves: Map<string, Shelf>,
  override: PriceOverride,
  { catalogProvider, warnings }: { catalogProvider: string; warnings: OverrideProblem[] },
): void {
  const shelf = shelves.get(override.provider) ?? new Map()
  const row = shelf.get(override.model)
  if (row !== undefined) warnings.push(...doubts(override, row, shelf))
  const merged = mergePrice(row, override, catalogProvider === '' ? override.provider : catalogProvider)
  shelves.set(override.provider, new Map(shelf).set(override.model, merged))
}

const cacheRates = ['cache_read', 'cache_write', 'cache_write_1h'] as const

const datedEnding = /^[-@]\d{8}$|^-\d{4}-\d\d-\d\d$/

/** What an override leaves as it was although the user probably meant it too. */
function doubts({ path, fields, model }: PriceOverride, row: SeedModel, shelf: Shelf): OverrideProblem[] {
  const found: OverrideProblem[] = []
  const meant = row.prices.filter((entry) => String(entry.utc) === String(fields.utc))
  const lists = (key: keyof typeof fields, entries: readonly SeedEntry[]) =>
    fields[key] === undefined && entries.some((entry) => entry[key] !== undefined)
  const stale = cacheRates.filter((key) => lists(key, meant))
  if (fields.input !== undefined && stale.length > 0) {
    found.push({ path, message: `overrides input, but ${stale.join(', ')} keep the catalog price` })
  }
  if ((fields.input !== undefined || fields.output !== undefined) && lists('tiers', meant)) {
    found.push({ path, message: 'overrides rates, but `tiers` for long requests keep the catalog price' })
  }
  if (lists('utc', row.prices)) {
    found.push({
      path,
      message: 'the model has daily windows, which keep the catalog price: repeat it with `utc`',
    })
  }
  const dated = [...shelf.keys()].filter(
    (id) => id.startsWith(model) && datedEnding.test(id.slice(model.length)),
  )
  if (dated.length > 0) {
    found.push({ path, message: `does not cover the dated rows ${dated.join(', ')}` })
  }
  return found
}
