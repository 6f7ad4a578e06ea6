import { GatewayError } from '../../contract/errors.ts'
import type { Context } from '../context.ts'
import type { Admission } from '../limits/limiter.ts'
import { mayUse } from '../routing/allowed.ts'
import { routeWithoutModel } from '../routing/default-provider.ts'
import { pinned } from '../routing/pinned.ts'
import { type Resolved, resolveModel, unknownProvider } from '../routing/resolve.ts'
import type { Services } from '../services.ts'

/** Decides what route the caller means, and whether it may use it now. */
export function admit(context: Context, services: Services): void | Promise<void> {
  if (context.operation === 'models') return undefined
  // Feedback goes to no provider, but it counts as a request of its key.
  if (context.isFeedback) return limit(context, services)
  const { route, override } = resolve(context)
  // A path that names no model is the provider's as a whole.
  const name = context.modelAsked === '' && override !== '' ? `${route.name}/` : route.name
  if (!mayUse(context.callerKey?.routes, name)) throw new GatewayError('route_denied')
  context.route = route
  context.override = override
  if (route.isBilling) refuseWithoutRecord(services)
  return limit(context, services)
}

function limit(context: Context, services: Services): void | Promise<void> {
  if (context.callerKey === undefined) return undefined
  const admission = services.limiter.admit(context.callerKey, services.nowMs())
  return admission instanceof Promise ? admission.then(refuseIfTooSoon) : refuseIfTooSoon(admission)
}

function refuseIfTooSoon({ waitMs, by }: Admission): void {
  if (waitMs === 0) return
  throw new GatewayError(by === 'budget' ? 'budget_exhausted' : 'rate_limited', undefined, {
    retryAfterMs: waitMs,
  })
}

/** Before the provider is asked: an answer that nobody can be billed for is not worth its cost. */
function refuseWithoutRecord(services: Services): void {
  if (services.sink.refusal() !== undefined)
    throw new GatewayError('spool_full', undefined, { retryAfterMs: 5000 })
}

/** Endpoints of OpenAI that have a model of their own when none is named. */
const modelOptional = new Set(['moderations', 'images'])

function resolve(context: Context): Resolved {
  const { snapshot, hints, job, modelAsked, body } = context
  if (job.candidate !== '') return pinned(snapshot, hints.route, job.candidate)
  const allowed = context.callerKey?.routes
  // A body that is passed on as it comes may name its model where it is not looked for; the header helps then.
  if (modelAsked !== '' || (body === undefined && hints.route !== ''))
    return resolveModel(snapshot, {
      model: modelAsked,
      route: hints.route,
      provider: hints.provider,
      allowed,
    })
  if (body !== undefined && !modelOptional.has(context.operation)) {
    throw new GatewayError('invalid_body', 'The field model is missing: name a route, or provider/model.', {
      param: 'model',
    })
  }
  if (hints.provider !== '' && !snapshot.providers.has(hints.provider))
    throw unknownProvider(snapshot, hints.provider, allowed)
  const route = routeWithoutModel(snapshot, { provider: hints.provider, dialect: context.dialectName })
  return { route, override: 'provider_header' }
}
