import type { ColumnType } from '../../contract/column.ts'

/**
 * What a word of the vocabulary is in the warehouse. Measured on realistic rows against the engine's defaults
 * (docs/decisions/0034): T64 packs small integers, Delta packs what grows, ZSTD(1) costs less than it saves.
 * A line here is never changed: shipped migrations are rendered by it.
 */
const ledgerTypes: Readonly<Record<ColumnType, string>> = {
  time: "DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1))",
  date: 'Date CODEC(T64, ZSTD(1))',
  uuid: 'UUID CODEC(ZSTD(1))',
  label: 'LowCardinality(String) CODEC(ZSTD(1))',
  text: 'String CODEC(ZSTD(1))',
  document: 'String CODEC(ZSTD(6))',
  hex32: 'FixedString(32) CODEC(ZSTD(1))',
  bool: 'Bool CODEC(ZSTD(1))',
  u8: 'UInt8 CODEC(T64, ZSTD(1))',
  u16: 'UInt16 CODEC(T64, ZSTD(1))',
  u32: 'UInt32 CODEC(T64, ZSTD(1))',
  u64: 'UInt64 CODEC(Delta(8), ZSTD(1))',
  float: 'Float64 CODEC(ZSTD(1))',
  'float?': 'Nullable(Float64) CODEC(ZSTD(1))',
  ms: 'Float32 CODEC(ZSTD(1))',
  'ms?': 'Nullable(Float32) CODEC(ZSTD(1))',
  money: 'Decimal(18, 12) CODEC(T64, ZSTD(1))',
  'money?': 'Nullable(Decimal(18, 12)) CODEC(T64, ZSTD(1))',
  labels: 'Array(LowCardinality(String)) CODEC(ZSTD(1))',
  floats: 'Array(Float64) CODEC(ZSTD(1))',
  label_map: 'Map(LowCardinality(String), String) CODEC(ZSTD(1))',
  count_map: 'Map(LowCardinality(String), UInt32) CODEC(ZSTD(1))',
  amount_map: 'Map(LowCardinality(String), Float64) CODEC(ZSTD(1))',
}

/** Words of the rollups alone. Sums are signed and wide: a correction may be negative, a sum of years is large. */
const rollupTypes = {
  instant: "DateTime('UTC') CODEC(Delta(4), ZSTD(1))",
  sum: 'SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1))',
  sum_usd: 'SimpleAggregateFunction(sum, Decimal(38, 12)) CODEC(ZSTD(1))',
  sum_float: 'SimpleAggregateFunction(sum, Float64) CODEC(ZSTD(1))',
  latest: "SimpleAggregateFunction(max, DateTime('UTC')) CODEC(ZSTD(1))",
  digest: 'AggregateFunction(quantilesTDigest(0.5, 0.95, 0.99), Float32) CODEC(ZSTD(1))',
  distinct: 'AggregateFunction(uniqCombined(12), String) CODEC(ZSTD(1))',
} as const

const words: Readonly<Record<string, string>> = { ...ledgerTypes, ...rollupTypes }

export interface ColumnDefinition {
  readonly name: string
  readonly type: string
}

/** Customers are few in most installations; from about 100,000 on, a dictionary of them costs more than it saves. */
export type Customers = 'few' | 'many'

export function parseColumns(lines: string, customers: Customers = 'few'): ColumnDefinition[] {
  return lines
    .trim()
    .split('\n')
    .map((line) => {
      const [, name = '', word = ''] = /^\s*(\w+)\s+(.+?)\s*$/.exec(line) ?? []
      return { name, type: typeOf(name, word, customers) }
    })
}

function typeOf(name: string, word: string, customers: Customers): string {
  if (word.startsWith('=')) return word.slice(1).trim()
  const type = words[name === 'customer' && customers === 'many' ? 'text' : word]
  if (type === undefined) throw new Error(`${JSON.stringify(word)} is no word of a column (${name})`)
  return type
}
