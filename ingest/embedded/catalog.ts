import type { Session } from './engine.ts'
import { computing, otherFunctions, tableFunctions } from './functions.ts'

/** What the engine can call, and which of that anyone may. */
export interface Catalog {
  isAllowed(name: string): boolean
  /** Known to the engine and not for use; a name it does not know may be a column. */
  isForbidden(name: string): boolean
  /** The same of those that compute values, which can be handed to others by their bare name. */
  isForbiddenValue(name: string): boolean
}

/** Asked of the engine once: a newer one with new functions has them refused until someone has looked. */
export async function loadCatalog(session: Session): Promise<Catalog> {
  const functions = await rows(
    session,
    'SELECT name, categories, is_aggregate, alias_to FROM system.functions',
  )
  const tables = await rows(session, 'SELECT lower(name) FROM system.table_functions')
  const combinators = await rows(session, 'SELECT name FROM system.aggregate_function_combinators')
  const known = new Set<string>()
  const allowed = new Set<string>(otherFunctions)
  const aggregates = new Set<string>()
  const byName = new Map(functions.map((row) => [row[0] ?? '', row]))
  for (const [name = '', categories = '', isAggregate, alias = ''] of functions) {
    const [, aliased] = byName.get(alias) ?? []
    const category = categories === '' ? (aliased ?? '') : categories
    const lower = name.toLowerCase()
    known.add(lower)
    if (isAggregate === '1' && category !== 'Introspection') aggregates.add(lower)
    const isKnownGood = otherFunctions.has(alias.toLowerCase())
    if (isKnownGood || isAggregate === '1' || computing.has(category)) allowed.add(lower)
  }
  for (const [name = ''] of tables) {
    known.add(name)
    // The same name may be both; what makes a table of it decides.
    if (tableFunctions.has(name)) allowed.add(name)
    else allowed.delete(name)
  }
  const values = new Set(functions.map(([name = '']) => name.toLowerCase()))
  const suffixes = combinators.map(([name = '']) => name.toLowerCase())
  return {
    isAllowed: (name) =>
      allowed.has(name.toLowerCase()) || isCombined(name.toLowerCase(), aggregates, suffixes),
    isForbidden: (name) => known.has(name.toLowerCase()) && !allowed.has(name.toLowerCase()),
    isForbiddenValue: (name) => values.has(name.toLowerCase()) && !allowed.has(name.toLowerCase()),
  }
}

async function rows(session: Session, sql: string): Promise<string[][]> {
  const { bytes } = await session.run(sql, 'TabSeparated')
  return bytes
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t'))
}

/** `sumIfOrNull` is `sum`; a suffix is cut off only as long as something is left. */
function isCombined(name: string, aggregates: ReadonlySet<string>, suffixes: readonly string[]): boolean {
  if (aggregates.has(name)) return true
  return suffixes.some(
    (suffix) =>
      name.length > suffix.length &&
      name.endsWith(suffix) &&
      isCombined(name.slice(0, -suffix.length), aggregates, suffixes),
  )
}
