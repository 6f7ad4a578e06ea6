import { candidateId } from '../contract/config/cross-check.ts'
import type { Config, RouteConfig } from '../contract/config/schema.ts'
import type { Catalog } from '../contract/prices/catalog.ts'
import type { Door } from './door.ts'

/** Who a candidate of a route is: what a record leaves out, and what one that never served has no record of. */
export interface CandidateRow {
  readonly route: string
  readonly candidate: string
  readonly provider: string
  readonly model: string
  /** The catalog's id of the model; '' where it has none. */
  readonly price_model: string
  readonly price_zone: string
  readonly is_free: boolean
  readonly is_baseline: boolean
}

/** What of the configuration says who candidates are. */
export type CandidateConfig = Pick<Config, 'providers'> & { readonly routes: CandidateRoutes }
export type CandidateRoutes = Readonly<
  Record<
    string,
    Pick<RouteConfig, 'baseline'> & {
      readonly candidates: readonly Pick<RouteConfig['candidates'][number], 'id' | 'provider' | 'model'>[]
    }
  >
>

export function candidateRowsOf(config: CandidateConfig, catalog: Catalog): CandidateRow[] {
  return Object.entries(config.routes).flatMap(([name, route]) =>
    route.candidates.flatMap((entry) => {
      const provider = config.providers[entry.provider]
      if (provider === undefined) return []
      const id = candidateId(entry)
      const listed = catalog.resolve(entry.provider, entry.model)
      return {
        route: name,
        candidate: id,
        provider: entry.provider,
        model: entry.model,
        price_model: listed?.model.id ?? '',
        price_zone: provider.priceZone ?? '',
        // What only pretends to answer costs something only where it was given prices.
        is_free: provider.prices === 'free' || (provider.kind === 'simulated' && listed === undefined),
        is_baseline: route.baseline === id,
      }
    }),
  )
}

/** Tells the warehouse of the candidates that are configured now, where it knows them otherwise or not at all. */
export async function loadCandidates(
  door: Door,
  from: { rows: readonly CandidateRow[]; database: string; nowMs: number },
): Promise<number> {
  const { rows, database, nowMs } = from
  const table = `\`${database}\`.route_candidates`
  const known = new Set(
    (await door.rows<CandidateRow>(`SELECT * EXCEPT (version) FROM ${table} FINAL`)).map(textOf),
  )
  const changed = rows.filter((row) => !known.has(textOf(row)))
  if (changed.length === 0) return 0
  const lines = changed.map((row) => JSON.stringify({ ...row, version: nowMs }))
  await door.run(`INSERT INTO ${table} FORMAT JSONEachRow\n${lines.join('\n')}`)
  await door.run(`SYSTEM RELOAD DICTIONARY \`${database}\`.route_candidates_by_id`)
  return changed.length
}

function textOf(row: CandidateRow): string {
  const { route, candidate, provider, model, price_model, price_zone, is_free, is_baseline } = row
  const values = [route, candidate, provider, model, price_model, price_zone, is_free, is_baseline]
  return JSON.stringify(values)
}
