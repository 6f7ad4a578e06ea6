import { type SpooledTable, spooledTables } from '../contract/record.ts'
import { parseColumns } from './migrations/ddl.ts'

/**
 * The statement that takes lines of the spool, whose first `count` columns are there. The engine reads labels as
 * plain text and turns whole columns into dictionaries afterwards: reading 31 labels of each row straight into
 * dictionaries costs 12 µs a row, more than half of what a row costs at all.
 */
export function insertStatement(database: string, table: SpooledTable, count?: number): string {
  const columns = Object.entries(spooledTables[table]).slice(0, count)
  const names = columns.map(([name]) => name).join(', ')
  const structure = parseColumns(columns.map(([name, { type }]) => `${name} ${type}`).join('\n'))
    .map(({ name, type }) => `${name} ${plainType(type)}`)
    .join(', ')
  const quoted = structure.replaceAll("'", "\\'")
  return `INSERT INTO \`${database}\`.\`${table}\` (${names}) SELECT ${names} FROM input('${quoted}') FORMAT JSONCompactEachRow`
}

function plainType(type: string): string {
  return type.replace(/ CODEC\(.*\)$/, '').replaceAll('LowCardinality(String)', 'String')
}
