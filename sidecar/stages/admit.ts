import { createHash } from 'node:crypto'
import { GatewayError } from '../../contract/errors.ts'
import type { Context } from '../context.ts'
import { routeWithoutModel } from '../routing/default-provider.ts'
import { resolveModel, unknownProvider } from '../routing/resolve.ts'
import type { Services } from '../services.ts'
import type { Caller } from '../snapshot.ts'

/** Decides who calls, what route it means, and whether it may. */
export function admit(context: Context, services: Services): void {
  if (context.isOverCapacity)
    throw new GatewayError('too_many_connections', undefined, { retryAfterMs: 1000 })
  context.callerKey = callerOf(context)
  if (context.operation === 'models' || context.path.startsWith('/v1/feedback')) return
  const { route, override } = resolve(context)
  const allowed = context.callerKey?.routes
  if (allowed !== undefined && !allowed.has(route.name)) throw new GatewayError('route_denied')
  context.route = route
  context.override = override
  if (context.callerKey !== undefined) {
    const waitMs = services.limiter.admit(context.callerKey, services.nowMs())
    if (waitMs > 0) throw new GatewayError('rate_limited', undefined, { retryAfterMs: waitMs })
  }
}

function resolve(context: Context) {
  const { snapshot, hints, modelAsked } = context
  if (modelAsked !== '')
    return resolveModel(snapshot, { model: modelAsked, route: hints.route, provider: hints.provider })
  if (context.body !== undefined && context.operation !== 'moderations' && context.operation !== 'images') {
    throw new GatewayError('invalid_body', 'the field model is missing: name a route, or provider/model', {
      param: 'model',
    })
  }
  if (hints.provider !== '' && !snapshot.providers.has(hints.provider))
    throw unknownProvider(snapshot, hints.provider)
  return {
    route: routeWithoutModel(snapshot, { provider: hints.provider, dialect: context.dialectName }),
    override: 'provider_header',
  }
}

/** With no keys configured any caller may use it: the listener is on loopback then, or someone else guards it. */
function callerOf(context: Context): Caller | undefined {
  const { callers } = context.snapshot
  if (callers.size === 0) return undefined
  const key = presentedKey(context)
  if (key === undefined) throw new GatewayError('missing_key')
  // The hash of what was sent is looked up, so the time it takes says nothing about the keys there are.
  const caller = callers.get(createHash('sha256').update(key).digest('hex'))
  if (caller === undefined) throw new GatewayError('invalid_key')
  return caller
}

/** Every way the official SDKs send one. On /v1/messages both may come; x-api-key wins there as at Anthropic. */
function presentedKey(context: Context): string | undefined {
  const { headers } = context.req
  const apiKey = headers['x-api-key'] ?? headers['api-key'] ?? headers['x-goog-api-key']
  const bearer = /^Bearer\s+(.+)$/i.exec(headers.authorization ?? '')?.[1]
  const own = headers['x-sidelight-key']
  const inQuery =
    context.dialectName === 'gemini' ? /[?&]key=([^&]+)/.exec(context.req.url ?? '')?.[1] : undefined
  const found = own ?? apiKey ?? bearer ?? inQuery
  return Array.isArray(found) ? found[0] : found
}
