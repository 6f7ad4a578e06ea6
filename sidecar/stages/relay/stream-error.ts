import { isObject, type Json, stringAt } from '../../../contract/json.ts'
import type { Context } from '../../context.ts'
import type { Fault } from '../../conversation/fault.ts'
import type { ErrorBody } from '../../dialects/dialect.ts'
import type { StreamTranslator } from '../../lanes/lane.ts'
import type { Services } from '../../services.ts'
import type { Frame } from '../../streaming/frame.ts'
import { errorBodyOf } from './error.ts'
import { lastWords } from './output.ts'

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

/** The provider's own words where the caller understands them, else the dialect's for them. */
export function errorBytes(
  context: Context,
  services: Services,
  from: {
    readonly translator: StreamTranslator | undefined
    readonly fault: Fault
    readonly said: Frame | undefined
    readonly hasElements: boolean
  },
): Buffer | string {
  const { translator, fault, said, hasElements } = from
  if (translator === undefined && said !== undefined && saysError(said) && endsEvent(said.raw))
    return said.raw
  // A dialect whose error must fit what it has sent so far writes it itself.
  const own = translator === undefined ? '' : lastWords(translator, fault)
  if (own !== '') return own
  return streamError(context, services, { body: errorBodyOf(fault, context.requestId), hasElements })
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
