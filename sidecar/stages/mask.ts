import { GatewayError } from '../../contract/errors.ts'
import type { Context } from '../context.ts'

/** A route that asks for masking must not leave unmasked: until the masking engine is there, it is refused. */
export function mask(context: Context): void {
  const { route } = context
  if (route === undefined || route.maskedBy.length === 0) return
  const [first = '', ...others] = route.maskedBy
  const isOwn = first === route.name && others.length === 0
  throw new GatewayError(
    'not_implemented',
    isOwn
      ? `route ${first} asks for masking, which this version cannot do: remove its \`mask\` to send text as it is`
      : `${route.name} has the candidates of all routes, and of these ${named(route.maskedBy)} ${others.length === 0 ? 'asks' : 'ask'} for masking, which this version cannot do: ask for another route, or remove \`mask\` there to send text as it is`,
  )
}

const namesMax = 5

function named(routes: readonly string[]): string {
  const left = routes.length - namesMax
  return `${routes.slice(0, namesMax).join(', ')}${left > 0 ? ` and ${left} more` : ''}`
}
