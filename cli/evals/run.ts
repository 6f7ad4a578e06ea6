import { writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import * as v from 'valibot'
import { type Environment, loadConfig } from '../../contract/config/load.ts'
import type { Config } from '../../contract/config/schema.ts'
import { duration } from '../../contract/config/units.ts'
import { type ExitCode, exitCodeOf, exitCodes } from '../../evals/exit-codes.ts'
import { reasonOf } from '../../evals/jobs/journal.ts'
import { planOf } from '../../evals/jobs/plan-of.ts'
import type { RouteJob, RouteResult } from '../../evals/jobs/route-job.ts'
import { runRoute } from '../../evals/jobs/run-route.ts'
import { withDefaults } from '../defaults.ts'
import { writeAsked } from './ask-labels.ts'
import { jittered, routesAsked, sinceOf } from './asked.ts'
import { tunedRoutes } from './compose.ts'
import { Locked, lock } from './lock.ts'
import { createRunProgress } from './progress.ts'
import { openSession } from './session.ts'
import { watchOnce } from './watch.ts'

const options = {
  config: { type: 'string' },
  route: { type: 'string', multiple: true },
  since: { type: 'string' },
  seed: { type: 'string' },
  out: { type: 'string' },
  every: { type: 'string' },
  'watch-every': { type: 'string' },
  supervised: { type: 'boolean', default: false },
  once: { type: 'boolean', default: false },
  'dry-run': { type: 'boolean', default: false },
  'ask-labels': { type: 'string' },
} as const

type Values = ReturnType<typeof parse>

const parse = (args: readonly string[]) => parseArgs({ args: [...args], options }).values

/** One pass over every route that has a floor; with --every again and again. */
export async function runEvalsRun(args: readonly string[], environment: Environment): Promise<number> {
  const values = parse(args)
  const loaded = loadConfig({ file: values.config, environment })
  const { config } = withDefaults(loaded, environment)
  const routes = routesAsked(config, values.route)
  const isLasting = values.every !== undefined || values['watch-every'] !== undefined
  if (routes.length === 0 && !isLasting) {
    process.stderr.write(
      'sidelight: no route is tuned: give one `quality: { maxLoss: 2% }` and a `baseline`\n',
    )
    return exitCodes.noChange
  }
  if (values['ask-labels'] !== undefined)
    return writeAsked(config, environment, { routes, count: Number(values['ask-labels']), out: values.out })
  const { every, 'watch-every': watchEvery } = values
  if (values.once || (every === undefined && watchEvery === undefined))
    return runOnce(config, environment, { routes, values })
  if (values.supervised) endWithParent()
  const newest = newestConfig(values, environment, config)
  const run = () => {
    const { config: now, routes: tuned } = newest()
    return runOnce(now, environment, { routes: tuned, values })
  }
  const watch = () => {
    const { config: now, routes: tuned } = newest()
    return watchOnce(now, environment, tuned)
  }
  await Promise.all([again(every, run), again(watchEvery, watch)])
  return exitCodes.published
}

/** Sidecars take a changed file without a restart, and so does each pass; one that is broken changes nothing. */
function newestConfig(values: Values, environment: Environment, first: Config) {
  let config = first
  return () => {
    try {
      config = withDefaults(loadConfig({ file: values.config, environment }), environment).config
    } catch {
      // The sidecar beside it says what is wrong with it.
    }
    return { config, routes: values.route ?? tunedRoutes(config) }
  }
}

/** For ever, unless it is off; a pass that failed said so, and the next one may not. */
async function again(text: string | undefined, work: () => Promise<ExitCode>): Promise<void> {
  if (text === undefined || text === 'off') return
  const everyMs = v.parse(duration, text)
  // The first pass too is put off: what starts together does not ask together.
  await sleep(Math.min(jittered(everyMs), firstMostMs))
  for (;;) {
    await work()
    await sleep(jittered(everyMs))
  }
}

const firstMostMs = 60_000

/** Its standard input is a pipe that nobody writes to: when the parent dies, this one sees it end. */
function endWithParent(): void {
  process.stdout.write('evals ready\n')
  process.stdin.on('end', () => process.exit(0)).resume()
}

interface RunAsk {
  readonly routes: readonly string[]
  readonly values: Pick<Values, 'since' | 'seed' | 'out' | 'dry-run'>
}

export async function runOnce(config: Config, environment: Environment, ask: RunAsk): Promise<ExitCode> {
  try {
    await using _lock = await lock(config.stateDir, 'run')
    return await passOver(config, environment, ask)
  } catch (error) {
    const reason = error instanceof Locked ? error.message : reasonOf(error)
    process.stderr.write(`sidelight: nothing was published: ${reason}\n`)
    return exitCodes.failed
  }
}

async function passOver(
  config: Config,
  environment: Environment,
  { routes, values }: RunAsk,
): Promise<ExitCode> {
  const progress = createRunProgress(process.stderr)
  const isDry = values['dry-run'] === true
  try {
    await using session = await openSession(config, environment, {
      kind: 'run',
      routes,
      seed: values.seed,
      sinceMs: sinceOf(values.since, Date.now()),
      isDry,
      onProgress: progress.show,
    })
    const results: RouteResult[] = []
    for (const [name, job] of session.jobs) {
      if (isDry) process.stdout.write(`${await planOf(job)}\n`)
      const result = await resultOf(name, job)
      results.push(result)
      progress.end()
      process.stdout.write(lineOf(result, isDry))
    }
    if (values.out !== undefined) await writeFile(values.out, results.map(reportLine).join(''))
    return exitCodeOf(results.map(({ exitCode }) => exitCode))
  } finally {
    progress.end()
  }
}

/** One route that cannot be done does not keep the others from being done. */
async function resultOf(route: string, job: RouteJob): Promise<RouteResult> {
  try {
    return await runRoute(job)
  } catch (error) {
    return { route, exitCode: exitCodes.failed, reason: reasonOf(error), notes: [] }
  }
}

function lineOf({ route, exitCode, reason, notes, decision }: RouteResult, isDry: boolean): string {
  const version = decision?.policy?.document.version
  const done =
    version === undefined || exitCode === exitCodes.failed
      ? 'held'
      : isDry
        ? 'would publish'
        : `version ${version}`
  const lines = [`${route}: ${done} (${exitCode}): ${reason}`, ...notes.map((note) => `  note: ${note}`)]
  return `${lines.join('\n')}\n`
}

function reportLine({ route, exitCode, reason, notes, decision }: RouteResult): string {
  const { stages = [], alarms = [], policy } = decision ?? {}
  return `${JSON.stringify({ route, exit_code: exitCode, reason, notes, alarms, stages, policy: policy?.document })}\n`
}
