import type { Dialect } from './dialect.ts'

/**
 * What the ClickHouse data source of Grafana expands: variables in the browser, macros in its back end. `:singlequote`
 * escapes quotes but no backslash, which at worst makes the statement an error: the user it runs as can only read.
 */
export const grafana: Dialect = {
  name: 'grafana',
  range: (column) => `$__timeFilter(${column})`,
  bucket: (column) => `$__timeInterval(${column})`,
  bucketSeconds: '$__interval_s',
  from: '$__fromTime',
  to: '$__toTime',
  among: (variable, column = variable) =>
    `$__conditionalAll(${column} IN (\${${variable}:singlequote}), $${variable})`,
  one: (variable) => `\${${variable}:singlequote}`,
  typed: (variable, condition) =>
    `$__conditionalAll(${condition(`\${${variable}:singlequote}`)}, $${variable})`,
  number: (variable) => `toFloat64(\${${variable}:singlequote})`,
}
