import * as v from 'valibot'
import type { Config } from '../../contract/config/schema.ts'
import { duration } from '../../contract/config/units.ts'
import { tunedRoutes, whyNotTuned } from './compose.ts'

/** So that many jobs that began together do not stay together. */
export function jittered(ms: number): number {
  return ms * (0.9 + 0.2 * Math.random())
}

export function routesAsked(config: Config, asked: readonly string[] | undefined): readonly string[] {
  if (asked === undefined) return tunedRoutes(config)
  for (const name of asked) {
    const route = Object.hasOwn(config.routes, name) ? config.routes[name] : undefined
    if (route === undefined) throw new Error(`no route is called ${JSON.stringify(name.slice(0, 40))}`)
    const why = whyNotTuned(route)
    if (why !== undefined) throw new Error(`route ${name} cannot be tuned: ${why}`)
  }
  return [...new Set(asked)]
}

export function sinceOf(text: string | undefined, nowMs: number): number | undefined {
  if (text === undefined) return undefined
  const ago = v.safeParse(duration, text)
  if (ago.success) return nowMs - ago.output
  const at = Date.parse(text)
  if (Number.isNaN(at))
    throw new Error('--since takes a time such as 2026-11-01T12:00:00Z, or a duration such as 24h')
  return at
}
