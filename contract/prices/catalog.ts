import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Fraction } from '../money.ts'
import { type CompiledModel, compileModel } from './compile.ts'
import { lowerCaseIndex, resolveModel } from './resolve.ts'
import { smooth } from './rough-edges.ts'
import { readSeed, type Seed, type SeedModel } from './seed.ts'

/** What the catalog knows of a model besides its price. */
export interface CatalogModel {
  readonly provider: string
  readonly id: string
  readonly mode: string
  readonly context: number | undefined
  /** The context is what works in practice rather than what the vendor states. */
  readonly isContextEffective: boolean
  readonly maxOutput: number | undefined
  readonly dims: number | undefined
  readonly caps: readonly string[]
  /** Refuses temperature, top_p and top_k. */
  readonly noSampling: boolean
  readonly reasoningField: string | undefined
  readonly cacheMinTokens: number | undefined
  readonly responsesOnly: boolean
  readonly released: string | undefined
  readonly deprecated: string | undefined
}

export interface Resolved {
  readonly model: CatalogModel
  readonly prices: CompiledModel
  /** The price is that of the base of a fine-tuned model. */
  readonly isAssumed: boolean
}

/** Rows by the name of a provider: of the catalog, and of the configuration once that is applied. */
export interface CatalogSource {
  readonly built: string
  readonly serviceDefaults: Seed['serviceDefaults']
  readonly shelves: ReadonlyMap<string, ReadonlyMap<string, SeedModel>>
  readonly discounts: ReadonlyMap<string, Fraction>
  readonly markups: ReadonlyMap<string, Fraction>
}

export interface Catalog {
  readonly built: string
  readonly source: CatalogSource
  find(provider: string, model: string): CatalogModel | undefined
  resolve(provider: string, model: string): Resolved | undefined
  modelsOf(provider: string): readonly CatalogModel[]
  /** Factor on what this provider charges; undefined means the list price. */
  discountOf(provider: string): Fraction | undefined
  /** Factor on what a customer is charged; never part of cost. */
  markupOf(customer: string): Fraction | undefined
}

/** The catalog in the package. Reads the file each time: the composition root calls it once. */
export function loadShippedCatalog(): Catalog {
  const file = join(import.meta.dirname, '..', 'price-catalog.json')
  return loadCatalog(JSON.parse(readFileSync(file, 'utf8')))
}

export function loadCatalog(json: unknown): Catalog {
  const seed = readSeed(json)
  const shelves = new Map<string, Map<string, SeedModel>>()
  for (const row of seed.models) {
    const smoothed = smooth(row)
    if (smoothed === undefined) continue
    const shelf = shelves.get(row.provider) ?? new Map<string, SeedModel>()
    shelves.set(row.provider, shelf.set(row.id, smoothed))
  }
  return createCatalog({ ...seed, shelves, discounts: new Map(), markups: new Map() })
}

// Callers choose model names, so the memory of resolved names has a ceiling; far above what one fleet uses.
const resolvedNamesMax = 2000

export function createCatalog(source: CatalogSource): Catalog {
  const openShelves = new Map<string, (model: string) => Resolved | undefined>()
  const resolve = (provider: string, model: string): Resolved | undefined => {
    const open = openShelves.get(provider)
    if (open !== undefined) return open(model)
    const rows = source.shelves.get(provider)
    if (rows === undefined) return undefined
    const opened = openShelf(rows, source.serviceDefaults)
    openShelves.set(provider, opened)
    return opened(model)
  }
  return {
    built: source.built,
    source,
    resolve,
    find: (provider, model) => resolve(provider, model)?.model,
    modelsOf: (provider) => [...(source.shelves.get(provider)?.values() ?? [])].map(describe),
    discountOf: (provider) => source.discounts.get(provider),
    markupOf: (customer) => source.markups.get(customer),
  }
}

function openShelf(
  rows: ReadonlyMap<string, SeedModel>,
  serviceDefaults: Seed['serviceDefaults'],
): (model: string) => Resolved | undefined {
  const ready = new Map<string, Resolved>()
  const remembered = new Map<string, Resolved | undefined>()
  let lowerCased: ReadonlyMap<string, string | undefined> | undefined

  const look = (model: string): Resolved | undefined => {
    const spelling = resolveModel(
      model,
      (id) => rows.has(id),
      () => {
        lowerCased ??= lowerCaseIndex(rows.keys())
        return lowerCased
      },
    )
    const row = spelling && rows.get(spelling.id)
    if (row === undefined) return undefined
    const known = ready.get(row.id) ?? {
      model: describe(row),
      prices: compileModel(row, serviceDefaults[row.provider]),
      isAssumed: false,
    }
    ready.set(row.id, known)
    return spelling?.isAssumed === true ? { ...known, isAssumed: true } : known
  }

  return (model) => {
    const known = remembered.get(model)
    if (known !== undefined || remembered.has(model)) return known
    const found = look(model)
    if (remembered.size >= resolvedNamesMax) remembered.clear()
    remembered.set(model, found)
    return found
  }
}

function describe(row: SeedModel): CatalogModel {
  return {
    provider: row.provider,
    id: row.id,
    mode: row.mode,
    context: row.context,
    isContextEffective: row.src === 'p',
    maxOutput: row.max_output,
    dims: row.dims,
    caps: row.caps ?? [],
    noSampling: row.no_sampling ?? false,
    reasoningField: row.reasoning_field,
    cacheMinTokens: row.cache_min_tokens,
    responsesOnly: row.responses_only ?? false,
    released: row.released,
    deprecated: row.deprecated,
  }
}

/**
 * The provider of the catalog behind a provider of the configuration. An OpenAI-compatible host is listed
 * under its own name; '' and hosts without rows have no prices of their own.
 */
export function catalogProvider(kind: string, host: string): string {
  if (kind === 'openai-compatible') return host
  return kind === 'gemini' ? 'google' : kind
}
