import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Environment, loadConfig } from '../contract/config/load.ts'
import { builtInRoutes } from '../contract/config/names.ts'
import type { Config } from '../contract/config/schema.ts'
import { loadShippedCatalog } from '../contract/prices/catalog.ts'
import { type Scenario, scenarios } from '../sidecar/providers/simulated/scenarios.ts'
import { near } from '../sidecar/routing/resolve.ts'
import { withDefaults } from './defaults.ts'
import { keepRuns } from './drill/keep.ts'
import { paceOf, shortestMs } from './drill/pace.ts'
import { createProgress } from './drill/progress.ts'
import { report } from './drill/report.ts'
import { runDrill } from './drill/run.ts'
import { type Frame, scorecard } from './drill/scorecard.ts'
import { cardsOf, exitCodeOf, type RouteCard } from './drill/summary.ts'
import { describeFailure } from './failure.ts'

const options = {
  config: { type: 'string' },
  route: { type: 'string', multiple: true },
  scenario: { type: 'string', multiple: true },
  json: { type: 'boolean', default: false },
  list: { type: 'boolean', default: false },
  'no-record': { type: 'boolean', default: false },
} as const

/** 0: every trouble ended in an answer or an honest error; 1: one did not; 2: nothing could be drilled. */
export async function runDrillCommand(args: readonly string[], environment: Environment): Promise<number> {
  try {
    return await drill(args, environment)
  } catch (error) {
    process.stderr.write(`${describeFailure(error)}\n`)
    return 2
  }
}

async function drill(args: readonly string[], environment: Environment): Promise<number> {
  const { values } = parseArgs({ args: [...args], options })
  const loaded = loadConfig({ file: values.config, environment })
  const { config } = withDefaults(loaded, environment)
  const routes = chosen('route', values.route, { known: routesOf(config), more: builtInRoutes })
  const names = chosen('scenario', values.scenario, { known: scenarios.map(({ name }) => name), more: [] })
  if (values.list) {
    process.stdout.write(listed(routes))
    return 0
  }
  const beganMs = Date.now()
  const cards = await drilled(config, {
    routes,
    scenarios: scenarios.filter(({ name }) => names.includes(name)),
  })
  const frame = frameOf(config, {
    cards,
    source: loaded.file ?? 'no configuration file',
    beganMs,
    environment,
  })
  const recorded = values['no-record'] ? 'not recorded' : await keepRuns(config, cards, { ...frame, beganMs })
  if (values.json) process.stdout.write(`${JSON.stringify(report(cards, frame, recorded), null, 2)}\n`)
  else process.stdout.write(scorecard(cards, frame))
  if (!values['no-record'] && !values.json) process.stderr.write(`${recorded}\n`)
  return exitCodeOf(cards)
}

async function drilled(
  config: Config,
  what: { readonly routes: readonly string[]; readonly scenarios: readonly Scenario[] },
): Promise<readonly RouteCard[]> {
  const stateDir = await mkdtemp(join(tmpdir(), 'sidelight-drill-'))
  const progress = createProgress(process.stderr)
  try {
    const catalog = loadShippedCatalog()
    const results = await runDrill({ config, catalog, stateDir, ...what, onShot: progress.show })
    return cardsOf(results, what)
  } finally {
    progress.end()
    await rm(stateDir, { recursive: true, force: true })
  }
}

function routesOf({ routes }: Config): readonly string[] {
  const own = Object.keys(routes)
  return own.length > 0 ? own : ['auto']
}

function chosen(
  what: string,
  asked: readonly string[] | undefined,
  from: { readonly known: readonly string[]; readonly more: readonly string[] },
): readonly string[] {
  if (asked === undefined) return from.known
  const all = [...from.known, ...from.more]
  for (const name of asked) {
    if (!all.includes(name))
      throw new Error(
        `no ${what} is called ${JSON.stringify(name.slice(0, 40))}; near names: ${near(name, all)}`,
      )
  }
  return [...new Set(asked)]
}

function listed(routes: readonly string[]): string {
  const width = Math.max(...scenarios.map(({ name }) => name.length))
  const rows = scenarios.map(({ name, what }) => `  ${name.padEnd(width)}  ${what}`)
  return `${['Scenarios:', ...rows, '', `Routes: ${routes.join(', ')}`].join('\n')}\n`
}

function frameOf(
  config: Config,
  from: {
    readonly cards: readonly RouteCard[]
    readonly source: string
    readonly beganMs: number
    readonly environment: Environment
  },
): Frame {
  const { cards, source, beganMs, environment } = from
  return {
    source,
    tookMs: Date.now() - beganMs,
    requests: cards.flatMap(({ lines }) => lines.flatMap(({ shots }) => shots)).length,
    pace: Math.max(...cards.map(({ route }) => paceOf(config, config.routes[route]))),
    shortestMs,
    isColoured: process.stdout.isTTY === true && !environment['NO_COLOR'],
    columns: process.stdout.columns ?? 120,
  }
}
