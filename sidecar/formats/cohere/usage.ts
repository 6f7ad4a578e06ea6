import { isObject, numberAt, objectAt } from '../../../contract/json.ts'
import { type Usage, usageOf } from '../../../contract/usage.ts'

/**
 * Cohere bills `billed_units`; `tokens` also counts what its own prompt templates add, and is the answer
 * only where nothing else is stated. Cached prompt tokens are stated but have no price of their own.
 */
export function cohereUsage(usage: unknown): Usage | undefined {
  if (!isObject(usage)) return undefined
  const billed = objectAt(usage, 'billed_units') ?? objectAt(usage, 'tokens')
  if (billed === undefined) return undefined
  return usageOf({
    input: unitsAt(billed, 'input_tokens'),
    input_image: unitsAt(billed, 'image_tokens'),
    output: unitsAt(billed, 'output_tokens'),
    queries: unitsAt(billed, 'search_units'),
    images: unitsAt(billed, 'images'),
    pages: unitsAt(billed, 'pages'),
  })
}

/** Documented as fractional numbers; whole in practice. */
function unitsAt(billed: unknown, key: string): number | undefined {
  const units = numberAt(billed, key)
  return units === undefined ? undefined : Math.round(units)
}
