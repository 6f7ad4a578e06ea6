import { readFileSync } from 'node:fs'
import { parseDocument } from 'yaml'
import type { Config } from '../../contract/config/schema.ts'
import type { Catalog } from '../../contract/prices/catalog.ts'
import { applyOverrides, PriceFileError } from '../../contract/prices/overrides.ts'

/** The shipped catalog, the rows of each configured provider under its own name, and the user's prices over both. */
export function loadPrices(
  shipped: Catalog,
  config: Config,
): { catalog: Catalog; warnings: readonly string[] } {
  const { file } = config.prices
  if (file === undefined) return applyOverrides(shipped, undefined, config)
  const text = readIfThere(file)
  if (text !== undefined) return applyOverrides(shipped, parseYaml(text), config)
  // Traffic matters more than a discount in its records: without the file it is served at catalog prices.
  const { catalog, warnings } = applyOverrides(shipped, undefined, config)
  return {
    catalog,
    warnings: [`prices.file: ${file} cannot be read; catalog prices alone hold`, ...warnings],
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

function parseYaml(text: string): unknown {
  const document = parseDocument(text)
  const [error] = document.errors
  if (error === undefined) return document.toJS()
  const line = error.linePos?.[0].line ?? 1
  throw new PriceFileError([{ path: `line ${line}`, message: 'not valid YAML' }])
}
