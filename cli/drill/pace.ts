import type { Config, TimeoutsConfig } from '../../contract/config/schema.ts'
import type { Timeouts } from '../../sidecar/routing/route.ts'
import { defaultTimeouts, withTimeouts } from '../../sidecar/routing/timeouts.ts'

/** Waiting for a total of ten minutes proves nothing that three seconds do not. */
const totalMsMax = 3000
/** Shorter waits than this would find a busy machine guilty; those the configuration has stay as they are. */
export const shortestMs = 250

type RouteConfig = Config['routes'][string]

/** How many times faster than configured this route's waits run. */
export function paceOf(config: Config, route: RouteConfig | undefined): number {
  const { totalMs } = routeTimeouts(config, route)
  return Math.max(1, totalMs / totalMsMax)
}

export function routeTimeouts(config: Config, route: RouteConfig | undefined): Timeouts {
  const base = withTimeouts(defaultTimeouts, config.timeouts)
  return route === undefined ? base : withTimeouts(base, route.timeouts)
}

export function faster(ms: number, pace: number): number {
  return Math.max(Math.min(ms, shortestMs), ms / pace)
}

/** As configuration, with nothing left to defaults, so that all of it runs at one pace. */
export function fasterTimeouts(timeouts: Timeouts, pace: number): TimeoutsConfig {
  const { firstTokenMs } = timeouts
  return {
    // No scenario waits for it, and a busy machine may need it.
    connect: timeouts.connectMs,
    headers: faster(timeouts.headersMs, pace),
    ...(Number.isFinite(firstTokenMs) ? { firstToken: faster(firstTokenMs, pace) } : {}),
    idle: faster(timeouts.idleMs, pace),
    attempt: faster(timeouts.attemptMs, pace),
    total: faster(timeouts.totalMs, pace),
  }
}
