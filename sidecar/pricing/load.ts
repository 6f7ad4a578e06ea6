import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { Config } from '../../contract/config/schema.ts'
import type { Catalog } from '../../contract/prices/catalog.ts'
import { applyOverrides } from '../../contract/prices/overrides.ts'

/** The shipped catalog, the rows of each configured provider under its own name, and the user's prices over both. */
export function loadPrices(
  shipped: Catalog,
  config: Config,
): { catalog: Catalog; warnings: readonly string[] } {
  const { file } = config.prices
  return applyOverrides(shipped, file === undefined ? undefined : parse(readFileSync(file, 'utf8')), config)
}
