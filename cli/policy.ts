import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { type Environment, loadConfig } from '../contract/config/load.ts'
import type { Config } from '../contract/config/schema.ts'
import { adminOrigin, askAdmin } from './ask-admin.ts'
import { withDefaults } from './defaults.ts'
import { wrapped } from './help.ts'
import { policyUsage } from './help-topics.ts'
import { draftFrom, PolicyProblem, publishPolicy, soundPolicy, summaryOf } from './policy-publish.ts'
import { policyTable } from './policy-table.ts'

const options = {
  config: { type: 'string' },
  route: { type: 'string' },
  'sign-key-env': { type: 'string' },
  reason: { type: 'string', default: '' },
  actor: { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const

type Values = ReturnType<typeof parse>['values']

const parse = (args: readonly string[]) => parseArgs({ args: [...args], options, allowPositionals: true })

/** Weights by hand: what the evals do by themselves. */
export async function runPolicy(args: readonly string[], environment: Environment): Promise<number> {
  const { positionals, values } = parse(args)
  const [action = '', file, ...others] = positionals
  const needsFile = action === 'check' || action === 'publish'
  if (!(needsFile || action === 'show') || others.length > 0 || (file !== undefined) !== needsFile) {
    process.stderr.write(`${policyUsage.map(wrapped).join('\n')}\n`)
    return 2
  }
  const { config } = withDefaults(loadConfig({ file: values.config, environment }), environment)
  if (file === undefined) return show(config, environment, values.json)
  try {
    const text = await textOf(file)
    return action === 'check'
      ? check(config, text, values)
      : await publish({ config, environment, text, values })
  } catch (error) {
    if (!(error instanceof PolicyProblem)) throw error
    process.stderr.write(`sidelight: ${file}: ${error.message}\n`)
    return 1
  }
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${error.code})` : ''
    throw new PolicyProblem(`it cannot be read${code}`)
  }
}

function check(config: Config, text: string, values: Values): number {
  const { document, notes, misfits } = soundPolicy(config, draftFrom(text, values.route))
  for (const note of notes) process.stderr.write(`note: ${note}\n`)
  const verdict = misfits.length === 0 ? 'sound' : 'sound, but it does not fit this configuration'
  process.stdout.write(`${verdict}: ${summaryOf(document)}\n`)
  return misfits.length === 0 ? 0 : 1
}

async function publish(from: {
  config: Config
  environment: Environment
  text: string
  values: Values
}): Promise<number> {
  const { config, environment, text, values } = from
  const { actor, reason } = values
  const published = await publishPolicy({
    config,
    draft: draftFrom(text, values.route),
    signKey: signKeyFrom(values['sign-key-env'], environment),
    by: { reason, ...(actor === undefined ? {} : { actor }) },
    isDryRun: values['dry-run'],
  })
  for (const note of published.notes) process.stderr.write(`note: ${note}\n`)
  if (values['dry-run']) process.stdout.write(`${published.text}\n`)
  else process.stdout.write(`published to ${published.where}: ${summaryOf(published.document)}\n`)
  return 0
}

function signKeyFrom(variable: string | undefined, environment: Environment): string | undefined {
  if (variable === undefined) return undefined
  const key = environment[variable]
  if (key === undefined || key === '') throw new PolicyProblem(`the variable ${variable} is not set`)
  return key
}

async function show(config: Config, environment: Environment, isJson: boolean): Promise<number> {
  const answer = await askAdmin(config, environment, '/policy')
  if (answer?.status !== 200) {
    const why =
      answer === undefined ? 'no sidecar answers there; is it running?' : `it answers ${answer.body.trim()}`
    process.stderr.write(`sidelight: ${adminOrigin(config)}: ${why}\n`)
    return 1
  }
  process.stdout.write(isJson ? answer.body : `${policyTable(JSON.parse(answer.body))}\n`)
  return 0
}
