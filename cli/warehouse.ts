import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type Environment, loadConfig } from '../contract/config/load.ts'
import type { Config } from '../contract/config/schema.ts'
import { runBackup, runRestore } from './backup.ts'
import type { ChildCommand } from './children.ts'
import type { Command } from './commands.ts'
import { runErase } from './erase.ts'
import { UsageError } from './failure.ts'
import { logFormatOf } from './log-for.ts'
import { runMigrate } from './migrate.ts'

const subcommands: Readonly<Record<string, Command['run']>> = {
  migrate: runMigrate,
  erase: runErase,
  backup: runBackup,
  restore: runRestore,
}

export async function runWarehouse(args: readonly string[], environment: Environment): Promise<number> {
  const [name = '--', ...rest] = args
  if (name.startsWith('-')) return serveWarehouse(args, environment)
  const run = subcommands[name]
  if (run !== undefined) return run(rest, environment)
  throw new UsageError(
    `no command is called warehouse ${JSON.stringify(name.slice(0, 40))}; there are ${Object.keys(subcommands).join(', ')}`,
  )
}

/** The embedded warehouse alone: this process becomes it, so that signals and exit codes are its own. */
async function serveWarehouse(args: readonly string[], environment: Environment): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { config: { type: 'string' } }, strict: true })
  const { config } = loadConfig({ file: values.config, environment })
  if (config.warehouse.url !== 'embedded') {
    throw new Error('`warehouse.url` names another warehouse: there is none to run here')
  }
  const { program, args: rest, env, cwd } = warehouseCommand(config, { isSupervised: false })
  if (typeof process.execve !== 'function' || process.platform === 'win32') {
    throw new Error(
      'the embedded warehouse runs on Linux and macOS: set `warehouse.url` to a ClickHouse server',
    )
  }
  process.chdir(cwd)
  return process.execve(program, [program, ...rest], env)
}

/**
 * How the process of the engine is started: with a pool of threads that four slow queries do not fill, in a
 * folder of its own and without any variable of ours, since SQL can read both.
 */
export function warehouseCommand(config: Config, { isSupervised }: { isSupervised: boolean }): ChildCommand {
  const stateDir = resolve(config.stateDir)
  const cwd = join(stateDir, 'warehouse', 'cwd')
  mkdirSync(cwd, { recursive: true, mode: 0o700 })
  const isBuilt = import.meta.filename.endsWith('.js')
  const main = join(import.meta.dirname, '..', 'ingest', 'embedded', isBuilt ? 'main.js' : 'main.ts')
  const { listen, database, limits } = config.warehouse
  const options = {
    stateDir,
    listen,
    database,
    limits,
    allowedHosts: config.allowedHosts,
    drainMs: config.drain,
    isSupervised,
    logFormat: logFormatOf(config),
    // A line per insert and second would bury what people look for in the terminal of `up`.
    logLevel: isSupervised && config.log.level === 'info' ? 'warn' : config.log.level,
  }
  return {
    program: process.execPath,
    args: ['--max-semi-space-size=8', main, JSON.stringify(options)],
    env: { UV_THREADPOOL_SIZE: '16', TZ: 'UTC' },
    cwd,
  }
}
