import { watch } from 'node:fs'
import type { Environment, LoadedConfig } from '../contract/config/load.ts'
import { ConfigError } from '../contract/config/problem.ts'
import type { Config } from '../contract/config/schema.ts'
import type { Log } from '../sidecar/observe/log.ts'
import { withDefaults } from './defaults.ts'

/** Loads the configuration anew. A bad one is refused, and the old one stays in force. */
export async function reloadFrom(from: {
  load: () => LoadedConfig
  environment: Environment
  log: Log
  apply: (config: Config) => Promise<void>
}): Promise<{ ok: boolean; message: string }> {
  try {
    const loaded = from.load()
    await from.apply(withDefaults(loaded, from.environment).config)
    from.log.info('configuration reloaded', { warnings: loaded.warnings.length })
    return { ok: true, message: 'reloaded' }
  } catch (error) {
    const message = error instanceof ConfigError ? error.message : 'the configuration cannot be used'
    from.log.error('configuration refused; the old one stays in force', { reason: message })
    return { ok: false, message }
  }
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
