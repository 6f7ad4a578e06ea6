import { type Config, configSchema } from './schema.ts'
import { below, type Shape } from './shape.ts'
import { duration, durationText, percentage, percentageText, size, sizeText } from './units.ts'

/**
 * The resolved configuration as a file that reads back as the same: units put back, secrets hidden. Values of
 * headers are hidden always, since keys of other services stand there.
 */
export function printable(config: Config): unknown {
  return toFile(configSchema, config)
}

function toFile(schema: unknown, value: unknown): unknown {
  const text = withUnit(schema, value)
  if (text !== undefined) return text
  const { wrapped, pipe, ...shape } = (schema ?? {}) as Shape
  if (wrapped !== undefined) return toFile(wrapped, value)
  if (pipe?.[0] !== undefined) return toFile(pipe[0], value)
  if (typeof value === 'string') return withoutSecrets(value)
  if (Array.isArray(value)) return value.map((item) => toFile(shape.item, item))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => {
      if (isEmpty(inner)) return []
      return [[key, key === 'headers' ? hidden(inner) : toFile(below(shape, key), inner)]]
    }),
  )
}

/** What is empty says nothing, and reads back as empty. */
function isEmpty(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).every(isEmpty)
  return value === undefined || value === ''
}

function withUnit(schema: unknown, value: unknown): string | undefined {
  if (typeof value !== 'number') return undefined
  if (schema === duration) return durationText(value)
  if (schema === size) return sizeText(value)
  if (schema === percentage) return percentageText(value)
  const { options } = (schema ?? {}) as Shape
  return options?.includes(duration) ? durationText(value) : undefined
}

/** `headers` of a provider is an object of texts, that of timeouts is a duration. */
function hidden(value: unknown): unknown {
  if (typeof value === 'number') return durationText(value)
  return Object.fromEntries(Object.keys(Object(value)).map((name) => [name, '***']))
}

function withoutSecrets(text: string): string {
  return text
    .replace(/(\/\/[^/@:]*:)[^/@]*@/g, '$1***@')
    .replace(/(\?)[^#]+$/g, (all, mark) => (text.includes('://') ? `${mark}***` : all))
}
