import { join } from 'node:path'
import type { Environment } from '../contract/config/load.ts'
import type { Config } from '../contract/config/schema.ts'
import type { Log } from '../sidecar/observe/log.ts'
import { type Child, superviseChild } from './children.ts'
import { jobToken } from './job-token.ts'

const stopMs = 5000

/** The evals as a process beside the sidecar, as often as the configuration says; undefined: it says nothing. */
export async function startEvalsChild(
  args: readonly string[],
  of: { readonly config: Config; readonly environment: Environment; readonly log: Log },
): Promise<Child | undefined> {
  const { config, environment, log } = of
  const { evals } = config
  if (evals === undefined || (evals.every === 'off' && evals.watchEvery === 'off')) return undefined
  const text = (every: number | 'off') => (every === 'off' ? every : `${every}ms`)
  const isBuilt = import.meta.filename.endsWith('.js')
  const main = join(import.meta.dirname, isBuilt ? 'main.js' : 'main.ts')
  const often = ['--every', text(evals.every), '--watch-every', text(evals.watchEvery)]
  const token = await jobToken(config, environment)
  const env = { ...environment, ...(token === undefined ? {} : { SIDELIGHT_EVALS_TOKEN: token }) }
  return superviseChild({
    name: 'evals',
    command: {
      program: process.execPath,
      args: [main, 'evals', 'run', '--supervised', ...often, ...args],
      env: Object.fromEntries(
        Object.entries(env).filter((pair): pair is [string, string] => pair[1] !== undefined),
      ),
      cwd: process.cwd(),
    },
    log,
    ready: /^evals (ready)$/,
    stopMs,
  })
}
