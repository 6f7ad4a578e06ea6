import type { Environment, LoadedConfig } from '../contract/config/load.ts'
import type { Config } from '../contract/config/schema.ts'
import { blankProvider, providersFromEnvironment } from '../sidecar/providers/registry.ts'

/**
 * What rules when no provider is configured: those whose usual key variable is set, and the simulated one,
 * so that a first request works offline and without a key.
 */
export function withDefaults(
  loaded: LoadedConfig,
  environment: Environment,
): { config: Config; detected: readonly string[] } {
  if (Object.keys(loaded.config.providers).length > 0) return { config: loaded.config, detected: [] }
  const found = providersFromEnvironment(environment)
  const providers = { ...found, simulated: blankProvider({ kind: 'simulated', prices: 'free' }) }
  return { config: { ...loaded.config, providers }, detected: Object.keys(found) }
}
