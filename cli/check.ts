import { parseArgs } from 'node:util'
import { stringify } from 'yaml'
import { type Environment, type LoadedConfig, loadConfig } from '../contract/config/load.ts'
import { printable } from '../contract/config/print.ts'
import { problemText } from '../contract/config/problem.ts'
import { loadShippedCatalog } from '../contract/prices/catalog.ts'
import { checkMasks } from '../sidecar/masking/check-masks.ts'
import { loadPrices } from '../sidecar/pricing/load.ts'
import { withDefaults } from './defaults.ts'

/**
 * Prints the configuration in force, so that it can be read back, and on stderr what is odd about it.
 * A configuration that is not valid ends in the error that cli/main.ts prints.
 */
export async function runCheck(args: readonly string[], environment: Environment): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { config: { type: 'string' } } })
  const loaded = loadConfig({ file: values.config, environment })
  const { config, detected } = withDefaults(loaded, environment)
  process.stdout.write(stringify(printable(config)))
  const warnings = [
    ...loaded.warnings.map(problemText),
    ...loadPrices(loadShippedCatalog(), config).warnings,
    ...checkMasks(config),
  ]
  for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`)
  process.stderr.write(`${verdict(loaded, detected, warnings.length)}\n`)
  return 0
}

function verdict({ file }: LoadedConfig, detected: readonly string[], warnings: number): string {
  const source =
    file ??
    (detected.length === 0
      ? 'no file and no provider key in the environment: the simulated provider answers'
      : `no file; providers found by their key variables: ${detected.join(', ')}`)
  return `${source}: valid${warnings === 0 ? '' : `, ${warnings} warning${warnings === 1 ? '' : 's'}`}`
}
