import type { MultiVariable, NumberVariable, OneVariable, TextVariable } from './variables.ts'

/** How one and the same statement says time, filters and values to whoever runs it. */
export interface Dialect {
  readonly name: 'grafana' | 'params'
  /** The range that is looked at, as a condition on a column. */
  range(column: string): string
  /** Start of the bucket of a column. */
  bucket(column: string): string
  /** Length of a bucket in seconds, a number. */
  readonly bucketSeconds: string
  readonly from: string
  readonly to: string
  /** A condition that holds when nothing is chosen, or the column is among what is. */
  among(variable: MultiVariable, column?: string): string
  /** A condition that holds when nothing is chosen, a constant for the engine. */
  isOpen(variable: MultiVariable): string
  /** The chosen value, a string; empty when there is none. */
  one(variable: OneVariable): string
  /** A condition over what was typed; holds when nothing was. */
  typed(variable: TextVariable, condition: (value: string) => string): string
  number(variable: NumberVariable): string
}
