import { watch } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import type { Environment, LoadedConfig } from '../contract/config/load.ts'
import { ConfigError } from '../contract/config/problem.ts'
import type { Config } from '../contract/config/schema.ts'
import type { Log } from '../sidecar/observe/log.ts'
import { withDefaults } from './defaults.ts'

/** Loads the configuration anew. A bad one is refused, and the old one stays in force. */
export async function reloadFrom(from: {
  load: () => LoadedConfig
  /** What it was started with. */
  running: LoadedConfig
  environment: Environment
  log: Log
  apply: (config: Config) => Promise<void>
}): Promise<{ ok: boolean; message: string }> {
  try {
    const loaded = from.load()
    if (loaded.isEmpty && !from.running.isEmpty) throw emptied(loaded)
    const { config } = withDefaults(loaded, from.environment)
    await from.apply(config)
    for (const { message, file, line, key } of loaded.warnings) from.log.warn(message, { file, line, key })
    from.log.info('configuration reloaded', { warnings: loaded.warnings.length })
    const later = atNextStart(from.running.config, config)
    if (later === '') return { ok: true, message: 'reloaded' }
    from.log.warn('some changes take effect at the next start', { keys: later })
    return { ok: true, message: `reloaded; at the next start: ${later}` }
  } catch (error) {
    const message = error instanceof ConfigError ? error.message : 'the configuration cannot be used'
    from.log.error('configuration refused; the old one stays in force', { reason: message })
    return { ok: false, message }
  }
}

/** Whoever writes a file empties it first; taken at its word, that would open the port to everyone. */
function emptied({ file }: LoadedConfig): ConfigError {
  return new ConfigError([
    { file: file ?? '', line: 1, key: '', message: 'the file is empty: is it still being written?' },
  ])
}

const fixedKeys = ['listen', 'admin', 'workers', 'stateDir', 'spool', 'log'] as const

/** Sockets, processes and files are opened once. */
function atNextStart(running: Config, next: Config): string {
  const changed: string[] = fixedKeys.filter((key) => !isDeepStrictEqual(running[key], next[key]))
  if (!isDeepStrictEqual(running.allowedHosts, next.allowedHosts))
    changed.push("the admin port's allowedHosts")
  if (usesSimulated(next) && !usesSimulated(running)) changed.push('a simulated provider')
  return changed.join(', ')
}

/** One that is served by this process. */
export function usesSimulated(config: Config): boolean {
  return Object.values(config.providers).some(
    (provider) => provider.kind === 'simulated' && provider.baseUrl === undefined,
  )
}

/** Editors replace files instead of writing them, and write more than once: hence the folder and the pause. */
export function watchFile(loaded: LoadedConfig, reload: () => Promise<unknown>, log: Log): () => void {
  const { file } = loaded
  if (file === undefined) return () => {}
  const at = file.lastIndexOf('/')
  const name = file.slice(at + 1)
  let timer: NodeJS.Timeout | undefined
  try {
    const watcher = watch(at < 0 ? '.' : file.slice(0, at) || '/', (_event, changed) => {
      // Kubernetes swaps a ..data link when a mounted configuration changes.
      if (changed !== name && changed !== '..data') return
      clearTimeout(timer)
      timer = setTimeout(() => void reload(), 200)
    })
    watcher.on('error', () => {})
    return () => {
      clearTimeout(timer)
      watcher.close()
    }
  } catch {
    log.warn('the configuration file cannot be watched; POST /reload on the admin port works', { file })
    return () => {}
  }
}
