import type { Config } from '../../contract/config/schema.ts'
import type { Catalog } from '../../contract/prices/catalog.ts'
import type { Scenario } from '../../sidecar/providers/simulated/scenarios.ts'
import { dialectsFor } from './dialects.ts'
import { runShot, type Shot, type ShotResult } from './shot.ts'

export interface Drill {
  readonly config: Config
  readonly catalog: Catalog
  readonly stateDir: string
  readonly routes: readonly string[]
  readonly scenarios: readonly Scenario[]
  readonly onShot: (done: number, of: number, shot: Shot) => void
}

/** Most of a drill is waiting, so many wait at once; more would be late for reasons of their own. */
const atOnce = 20

/** Every trouble on every route, in each dialect, streamed and not. */
export async function runDrill(drill: Drill): Promise<readonly ShotResult[]> {
  const shots = drill.routes.flatMap((route) => shotsAt(drill, route))
  // Those that wait longest begin first.
  const queue = shots.toSorted((a, b) => Number(waits(b)) - Number(waits(a)))
  const results: ShotResult[] = []
  const work = async () => {
    for (let shot = queue.shift(); shot !== undefined; shot = queue.shift()) {
      results.push(
        await runShot(shot, {
          ...drill,
          route: shot.route,
          providers: providersOf(drill.config, shot.route),
        }),
      )
      drill.onShot(results.length, shots.length, shot)
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, shots.length) }, work))
  return results
}

function shotsAt(drill: Drill, route: string): Shot[] {
  const dialects = dialectsFor(drill.config, providersOf(drill.config, route))
  return drill.scenarios.flatMap((scenario) =>
    dialects.flatMap((dialect) => [true, false].map((streamed) => ({ route, scenario, dialect, streamed }))),
  )
}

const waiting = new Set(['silent', 'silent-start', 'slow-start', 'stall'])
const waits = ({ scenario }: Shot) => waiting.has(scenario.name)

/** Built-in routes ask the candidates of all others, or whatever there is. */
export function providersOf(config: Config, route: string): readonly string[] {
  const own =
    config.routes[route]?.candidates ?? Object.values(config.routes).flatMap((each) => each.candidates)
  const names = own.map(({ provider }) => provider)
  return names.length === 0 ? Object.keys(config.providers) : [...new Set(names)]
}
