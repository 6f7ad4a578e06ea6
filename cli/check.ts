import { parseArgs } from 'node:util'
import { stringify } from 'yaml'
import { type Environment, loadConfig } from '../contract/config/load.ts'
import { withDefaults } from './defaults.ts'

/** Prints the configuration in force. Secrets are only ever named in it, so there is nothing to hide but URLs. */
export async function runCheck(args: readonly string[], environment: Environment): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { config: { type: 'string' } } })
  const loaded = loadConfig({ file: values.config, environment })
  for (const warning of loaded.warnings) {
    process.stderr.write(`warning: ${warning.file}:${warning.line} ${warning.key}: ${warning.message}\n`)
  }
  const { config } = withDefaults(loaded, environment)
  process.stdout.write(stringify(hideSecrets(config)))
  process.stderr.write(`${loaded.file ?? '(no file: defaults)'}: valid\n`)
  return 0
}

function hideSecrets(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/(\/\/[^/@:]*:)[^/@]+@/g, '$1***@')
  if (Array.isArray(value)) return value.map(hideSecrets)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === 'headers' ? hideAll(inner) : hideSecrets(inner),
    ]),
  )
}

function hideAll(headers: unknown): unknown {
  return typeof headers === 'object' && headers !== null
    ? Object.fromEntries(Object.keys(headers).map((name) => [name, '***']))
    : headers
}
