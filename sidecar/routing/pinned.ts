import { GatewayError } from '../../contract/errors.ts'
import type { Snapshot } from '../snapshot.ts'
import type { Resolved } from './resolve.ts'

/** The route with one candidate left: what it requires, how it masks and how long it waits stay the route's. */
export function pinned(snapshot: Snapshot, routeName: string, candidateId: string): Resolved {
  const route = snapshot.routes.get(routeName)
  const candidate = route?.candidates.find(({ id }) => id === candidateId)
  if (route === undefined || candidate === undefined)
    throw new GatewayError('unknown_route', 'The route or candidate of a replay is not configured.')
  return {
    route: {
      ...route,
      strategy: 'ordered',
      candidates: [candidate],
      byId: [candidate],
      baseline: undefined,
      fallback: [],
      rules: [],
      explore: undefined,
      hedge: undefined,
      escalate: undefined,
      isBilling: false,
      sticky: 'request',
    },
    override: 'header',
  }
}
