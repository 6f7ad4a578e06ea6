import type { Dialect } from './dialect.ts'

/**
 * What the ClickHouse data source of Grafana expands: variables in the browser, macros in its back end. Values arrive
 * percent-encoded and are decoded by the engine. `:singlequote` would leave backslashes alone, so a value that ends in
 * one could change the statement; of an encoded one no character has a meaning in SQL.
 */
export const grafana: Dialect = {
  name: 'grafana',
  range: (column) => `$__timeFilter(${column})`,
  bucket: (column) => `$__timeInterval(${column})`,
  bucketSeconds: '$__interval_s',
  from: '$__fromTime',
  to: '$__toTime',
  among: (variable, column = variable) =>
    `$__conditionalAll(has(${chosen(variable)}, ${column}), $${variable})`,
  isOpen: (variable) => `$__conditionalAll(1 = 0, $${variable})`,
  one: (variable) => `decodeURLComponent('\${${variable}:percentencode}')`,
  typed: (variable, condition) =>
    `$__conditionalAll(${condition(`decodeURLComponent('\${${variable}:percentencode}')`)}, $${variable})`,
  number: (variable) => `toFloat64OrZero('\${${variable}:percentencode}')`,
}

/** `var-app=a&var-app=b`, as it stands in the address, becomes an array of two. */
function chosen(variable: string): string {
  const encoded = `'&\${${variable}:queryparam}'`
  return `arrayMap(v -> decodeURLFormComponent(v), arrayPopFront(splitByString('&var-${variable}=', ${encoded})))`
}
