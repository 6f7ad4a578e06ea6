import { readFileSync } from 'node:fs'
import { type Document, LineCounter, parseDocument } from 'yaml'
import { locator } from '../../contract/config/locate.ts'
import { ConfigError } from '../../contract/config/problem.ts'
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
  if (text !== undefined) return overridden(shipped, { file, text, config })
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

function overridden(shipped: Catalog, from: { file: string; text: string; config: Config }) {
  const { file, text, config } = from
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const [error] = document.errors
  if (error !== undefined) {
    const { line } = lines.linePos(error.pos[0])
    throw new ConfigError([
      { file, line, key: '', message: 'not valid YAML: look at this line and the one above' },
    ])
  }
  try {
    const { catalog, warnings } = applyOverrides(shipped, document.toJS(), config)
    return { catalog, warnings: warnings.map((warning) => `${file}: ${warning}`) }
  } catch (problem) {
    if (!(problem instanceof PriceFileError)) throw problem
    const place = locator(document, lines)
    throw new ConfigError(
      problem.problems.map(({ path, message }) => {
        const keys = path.split(/[.[\]]+/).filter((key) => key !== '')
        return { file, line: place(keys), key: path, message: `${message}${found(document, keys)}` }
      }),
    )
  }
}

const valueCharsMax = 40

/** A price is no secret; what is longer than one is not shown. */
function found(document: Document, keys: readonly string[]): string {
  const value = document.getIn(keys)
  const isShort = typeof value === 'number' || (typeof value === 'string' && value.length <= valueCharsMax)
  return isShort ? ` (found ${JSON.stringify(value)})` : ''
}
