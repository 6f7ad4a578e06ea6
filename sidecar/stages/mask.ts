import { GatewayError } from '../../contract/errors.ts'
import type { Context } from '../context.ts'

/** A route that asks for masking must not leave unmasked: until the masking engine is there, it is refused. */
export function mask(context: Context): void {
  if (context.route?.masks === true) {
    throw new GatewayError(
      'not_implemented',
      'this route asks for masking, which this version cannot do: remove `mask` from the route to send text as it is',
    )
  }
}
