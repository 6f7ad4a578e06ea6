import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import * as v from 'valibot'
import { type Environment, loadConfig } from '../../contract/config/load.ts'
import type { Config } from '../../contract/config/schema.ts'
import { duration } from '../../contract/config/units.ts'
import { type ExitCode, exitCodeOf, exitCodes } from '../../evals/exit-codes.ts'
import { reasonOf } from '../../evals/jobs/journal.ts'
import { type WatchResult, watchRoute } from '../../evals/jobs/watch-route.ts'
import { withDefaults } from '../defaults.ts'
import { jittered, routesAsked } from './asked.ts'
import { tunedRoutes } from './compose.ts'
import { Locked, lock } from './lock.ts'
import { openSession } from './session.ts'

const options = {
  config: { type: 'string' },
  route: { type: 'string', multiple: true },
  every: { type: 'string' },
} as const

/** Looks at canaries and at drift, and takes back what hurts; with --every again and again. */
export async function runEvalsWatch(args: readonly string[], environment: Environment): Promise<number> {
  const { values } = parseArgs({ args: [...args], options })
  const { config } = withDefaults(loadConfig({ file: values.config, environment }), environment)
  const routes = values.route === undefined ? tunedRoutes(config) : routesAsked(config, values.route)
  if (values.every === undefined) return watchOnce(config, environment, routes)
  const everyMs = v.parse(duration, values.every)
  for (;;) {
    await watchOnce(config, environment, routes)
    await sleep(jittered(everyMs))
  }
}

export async function watchOnce(
  config: Config,
  environment: Environment,
  routes: readonly string[],
  nowMs = Date.now(),
): Promise<ExitCode> {
  try {
    await using _lock = await lock(config.stateDir, 'watch')
    await using session = await openSession(config, environment, { kind: 'watch', routes, nowMs })
    const results: WatchResult[] = []
    for (const [route, job] of session.jobs) {
      const result = await watchRoute(job).catch(
        (error: unknown): WatchResult => ({ route, exitCode: exitCodes.failed, reason: reasonOf(error) }),
      )
      results.push(result)
      process.stdout.write(`${result.route}: ${result.reason} (${result.exitCode})\n`)
    }
    const code = exitCodeOf(results.map(({ exitCode }) => exitCode))
    return results.length === 0 ? exitCodes.published : code
  } catch (error) {
    process.stderr.write(
      `sidelight: not watched: ${error instanceof Locked ? error.message : reasonOf(error)}\n`,
    )
    return exitCodes.failed
  }
}
