import { GatewayError } from '../../contract/errors.ts'
import type { Route } from './route.ts'

export interface Left {
  readonly excluded: Readonly<Record<string, string>>
  /** The numbers behind some of the reasons. */
  readonly notes?: Readonly<Record<string, string>>
  /** When the first that is ill can be asked again. */
  readonly soonestAt?: number | undefined
}

const passing = new Set(['circuit_open', 'cooling_down', 'auth_failed', 'quota_exhausted'])
const namesMax = 20

/** Nobody may serve the request: every reason in the message, and the status that says what would help. */
export function nobodyLeft(route: Pick<Route, 'name' | 'byId'>, left: Left, nowAt: number): GatewayError {
  const reasons = Object.values(left.excluded)
  const list = Object.entries(left.excluded)
    .slice(0, namesMax)
    .map(([id, reason]) => `${passing.has(reason) ? nameOf(route, id) : id}: ${reason}${noteOn(left, id)}`)
    .join(', ')
  const message = `no candidate of route ${route.name} may serve this request (${list})`
  if (reasons.some((reason) => passing.has(reason))) {
    const retryAfterMs = Math.max(1000, (left.soonestAt ?? nowAt) - nowAt)
    return reasons.every((reason) => reason === 'cooling_down')
      ? new GatewayError('no_candidate', message, { status: 429, kind: 'rate_limit', retryAfterMs })
      : new GatewayError('no_candidate', message, { retryAfterMs })
  }
  if (reasons.every((reason) => reason === 'endpoint_unsupported'))
    return new GatewayError(
      'endpoint_unsupported',
      `no candidate of route ${route.name} offers this endpoint (${list})`,
    )
  if (reasons.includes('context_too_long')) return new GatewayError('context_too_long', message)
  const isPolicy = reasons.some((reason) => /^(region|retention|provider|denied)/.test(reason))
  return new GatewayError(
    'no_candidate',
    message,
    isPolicy ? { status: 403, kind: 'permission' } : { status: 400, kind: 'invalid_request' },
  )
}

/** With its provider: ids are names of one's own choice, unless they begin with the provider's. */
export function nameOf({ byId }: Pick<Route, 'byId'>, id: string): string {
  const provider = byId.find((candidate) => candidate.id === id)?.provider.name
  return provider === undefined || id === provider || id.startsWith(`${provider}/`)
    ? id
    : `${id} of ${provider}`
}

function noteOn({ notes }: Left, id: string): string {
  return notes?.[id] === undefined ? '' : ` (${notes[id]})`
}
