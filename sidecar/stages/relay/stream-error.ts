import { isObject, type Json, stringAt } from '../../../contract/json.ts'
import type { Context } from '../../context.ts'
import type { ErrorBody } from '../../dialects/dialect.ts'
import type { Services } from '../../services.ts'
import type { Frame } from '../../streaming/frame.ts'

/** What tells a caller in the middle of a stream that no more will come. */
export function streamError(
  context: Context,
  services: Services,
  from: { body: ErrorBody; hasElements: boolean },
): string {
  const dialect = services.dialects[context.dialectName]
  if (!context.wantsJsonArray) return dialect.writeStreamError(from.body)
  // The array is closed so that its readers get to see the error in it.
  return `${from.hasElements ? ',\n' : '['}${JSON.stringify(dialect.writeError(from.body))}]`
}

/** The provider's own words, where they are an error to everyone who speaks its format. */
export function saysError(frame: Frame): boolean {
  let data: Json
  try {
    data = JSON.parse(frame.data) as Json
  } catch {
    return false
  }
  if (!isObject(data)) return false
  const type = stringAt(data, 'type')
  return isObject(data['error']) || type === 'error' || type === 'response.failed'
}

/** The bytes end with the blank line that ends an event. */
export function endsEvent(raw: Buffer): boolean {
  return /\n\r?\n$|\r\r$|\n\r$/.test(raw.toString('latin1', raw.length - 4))
}
