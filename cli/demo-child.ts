import type { Config } from '../contract/config/schema.ts'
import { runBeside } from './demo/beside.ts'
import type { DemoOptions } from './demo/options.ts'
import { logFor } from './log-for.ts'

/** The traffic of the demo beside a sidecar: told what to do by one variable, ended by its parent, or by its death. */
interface Told {
  readonly config: Config
  readonly options: DemoOptions
  readonly url: string
}

const { config, options, url } = JSON.parse(process.env['SIDELIGHT_DEMO'] ?? '{}') as Told
const log = logFor(config)
const ending = new AbortController()
process.on('SIGTERM', () => ending.abort())
// The terminal sends Ctrl-C to every process of the group; only the parent decides what it means.
process.on('SIGINT', () => {})
process.stdin.on('end', () => ending.abort()).resume()
if ('unref' in process.stdin) process.stdin.unref()

process.stdout.write('demo ready\n')
try {
  await runBeside({ config, options, url, log, environment: process.env, signal: ending.signal })
} catch (error) {
  log.error('the demo ended', { reason: error instanceof Error ? error.message : 'unknown' })
  process.exitCode = 1
}
