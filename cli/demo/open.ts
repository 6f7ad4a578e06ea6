import { join } from 'node:path'
import type { Environment, LoadedConfig } from '../../contract/config/load.ts'
import { type SimulatedServer, startSimulatedServer } from '../../sidecar/providers/simulated/server.ts'
import { type Child, superviseChild } from '../children.ts'
import { UsageError } from '../failure.ts'
import { logFor } from '../log-for.ts'
import type { Running } from '../run.ts'
import { show } from '../sidecar.ts'
import { type DemoOptions, type demoFlags, demoOptions } from './options.ts'
import { demoConfig, haveManners } from './settings.ts'

export interface Demo {
  readonly loaded: LoadedConfig
  readonly environment: Environment
  readonly simulated: SimulatedServer
  /** For the greeting. */
  readonly words: readonly string[]
  /** The process that asks. */
  start(running: Running): Child
}

type Values = Readonly<Record<keyof typeof demoFlags, string>> & { readonly config?: string | undefined }

/** A configuration of its own, in which every provider is simulated: nothing in it can cost money. */
export async function openDemo(values: Values, environment: Environment): Promise<Demo> {
  if (values.config !== undefined)
    throw new UsageError(
      '--demo brings a configuration of its own, so that nothing it asks costs money: leave --config out, or send traffic to your own with `sidelight demo`',
    )
  const options = demoOptions(values)
  const simulated = await startSimulatedServer()
  haveManners(simulated)
  const { environment: complete, ...loaded } = demoConfig(simulated.origin, environment)
  return {
    loaded,
    environment: complete,
    simulated,
    words: wordsOf(options),
    start: (running) => startTraffic(running, { options, environment }),
  }
}

function wordsOf({ historyMs, requests, perMinute, seed }: DemoOptions): string[] {
  return [
    `The demo: ${requests} made-up requests of the last ${Math.round(historyMs / 60_000)} minutes arrive in the next seconds, then`,
    `about ${perMinute / 60} a second. All providers are simulated. In them (seed ${seed}):`,
    '',
    '  a provider that was down for some minutes, another that refused by its rate limit, a third that was slow',
    '  one customer whose spend jumps, prompts that change their version, two policies that shift weights',
    '  one model without a price, callers that leave, streams that break, thumbs up and down',
    '',
  ]
}

function startTraffic(
  { config, data }: Running,
  { options, environment }: { options: DemoOptions; environment: Environment },
): Child {
  const isBuilt = import.meta.filename.endsWith('.js')
  return superviseChild({
    name: 'demo',
    command: {
      program: process.execPath,
      args: [
        '--max-semi-space-size=16',
        join(import.meta.dirname, '..', isBuilt ? 'demo-child.js' : 'demo-child.ts'),
      ],
      // Secrets of the warehouse may be in it, and arguments are shown to everybody on the machine.
      env: {
        ...settingsIn(environment),
        SIDELIGHT_DEMO: JSON.stringify({ config, options, url: show(data) }),
      },
      cwd: process.cwd(),
    },
    log: logFor(config),
    ready: /^demo (ready)$/,
    stopMs: 10_000,
  })
}

/** No key of a provider is any business of it. */
function settingsIn(environment: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      name.startsWith('SIDELIGHT_') && value !== undefined ? [[name, value]] : [],
    ),
  )
}
