/**
 * The vocabulary of columns: one word for what a value is here, in the warehouse and on the reference page.
 * What a word means in the warehouse never changes; a new meaning is a new word.
 */
export type ColumnType =
  | 'time' // UTC, milliseconds since 1970 here, DateTime64(3) in the warehouse
  | 'date' // YYYY-MM-DD
  | 'uuid'
  | 'label' // few distinct values
  | 'text'
  | 'document' // long text, read seldom
  | 'hex32' // 128 bits as 32 hex characters
  | 'bool'
  | 'u8'
  | 'u16'
  | 'u32'
  | 'u64'
  | 'float'
  | 'float?'
  | 'ms' // seven digits, which is what a clock is good for
  | 'ms?'
  | 'money' // decimal text, 12 places
  | 'money?' // null when unknown, never 0
  | 'labels'
  | 'floats'
  | 'label_map'
  | 'count_map'
  | 'amount_map' // seconds have decimals, so amounts are no counts

export interface Column {
  readonly type: ColumnType
  readonly unit?: string
  readonly meaning: string
}

export type Columns = Readonly<Record<string, Column>>

export const column = <const T extends ColumnType>(type: T, meaning: string, unit?: string) =>
  unit === undefined ? { type, meaning } : { type, meaning, unit }

type NumberType = 'time' | 'u8' | 'u16' | 'u32' | 'u64' | 'float' | 'ms'

type ValueOf<T extends ColumnType> = T extends NumberType
  ? number
  : T extends 'float?' | 'ms?'
    ? number | null
    : T extends 'bool'
      ? boolean
      : T extends 'money?'
        ? string | null
        : T extends 'labels'
          ? readonly string[]
          : T extends 'floats'
            ? readonly number[]
            : T extends 'label_map'
              ? Readonly<Record<string, string>>
              : T extends 'count_map' | 'amount_map'
                ? Readonly<Record<string, number>>
                : string

export type RowOf<C extends Columns> = { -readonly [K in keyof C]: ValueOf<C[K]['type']> }
