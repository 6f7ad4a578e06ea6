/** What a schema of valibot says about itself, as far as it is walked here: for messages, printing and docs. */
export interface Shape {
  readonly type?: string
  readonly wrapped?: unknown
  readonly default?: unknown
  readonly pipe?: readonly unknown[]
  /** Of an object with known keys. */
  readonly entries?: Readonly<Record<string, unknown>>
  /** Of an object with known keys and others besides: the values of the others. */
  readonly rest?: unknown
  /** Of a record: its values. */
  readonly value?: unknown
  /** Of an array: its items. */
  readonly item?: unknown
  /** Of a picklist or a union. */
  readonly options?: readonly unknown[]
}

/** The schema inside `optional` and pipes. */
export function innermost(schema: unknown): Shape {
  const shape = (schema ?? {}) as Shape
  if (shape.wrapped !== undefined) return innermost(shape.wrapped)
  const first = shape.pipe?.[0]
  // A pipe begins with a copy of its schema that has no pipe of its own.
  return first === undefined ? shape : innermost(first)
}

/** What stands below one key or index. */
export function below(shape: Shape, key: PropertyKey): unknown {
  return shape.entries?.[String(key)] ?? shape.rest ?? shape.value ?? shape.item
}

/** The keys that the schema knows at a path. */
export function keysAt(schema: unknown, path: readonly PropertyKey[]): string[] {
  const shape = innermost(schema)
  const [key, ...rest] = path
  return key === undefined ? Object.keys(shape.entries ?? {}) : keysAt(below(shape, key), rest)
}

/** Every key that stands where the schema knows none of its name. */
export function unknownKeys(
  schema: unknown,
  value: unknown,
  path: readonly PropertyKey[] = [],
): (readonly PropertyKey[])[] {
  if (typeof value !== 'object' || value === null) return []
  const shape = innermost(schema)
  const { entries, rest } = shape
  return Object.entries(value).flatMap(([key, inner]) =>
    entries !== undefined && rest === undefined && !Object.hasOwn(entries, key)
      ? [[...path, key]]
      : unknownKeys(below(shape, key), inner, [...path, key]),
  )
}

/** valibot takes a list for an object; a user who writes one has misread the page. */
export function listsWhereKeysBelong(
  schema: unknown,
  value: unknown,
  path: readonly PropertyKey[] = [],
): (readonly PropertyKey[])[] {
  const shape = innermost(schema)
  const isKeyed = shape.entries !== undefined || shape.type === 'record'
  if (Array.isArray(value) && isKeyed) return [path]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    listsWhereKeysBelong(below(shape, key), inner, [...path, key]),
  )
}
