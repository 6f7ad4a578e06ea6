import { existsSync, readFileSync } from 'node:fs'
import * as v from 'valibot'
import { type Document, LineCounter, parseDocument } from 'yaml'
import { crossCheck } from './cross-check.ts'
import { type Config, configSchema } from './schema.ts'

export interface ConfigProblem {
  readonly file: string
  readonly line: number
  readonly key: string
  readonly message: string
}

export class ConfigError extends Error {
  readonly problems: readonly ConfigProblem[]
  constructor(problems: readonly ConfigProblem[]) {
    super(
      problems.map((p) => `${p.file}:${p.line} ${p.key === '' ? '' : `${p.key}: `}${p.message}`).join('\n'),
    )
    this.name = 'ConfigError'
    this.problems = problems
  }
}

export type Environment = Readonly<Record<string, string | undefined>>

export interface LoadedConfig {
  readonly config: Config
  /** The file read; undefined when there is none and defaults rule. */
  readonly file: string | undefined
  readonly warnings: readonly ConfigProblem[]
}

export const defaultConfigFile = 'sidelight.yaml'

/** Reads, validates and completes the configuration. Everything comes in by argument, the environment too. */
export function loadConfig(options: { file?: string | undefined; environment: Environment }): LoadedConfig {
  const { environment } = options
  const asked = options.file ?? environment['SIDELIGHT_CONFIG']
  const file = asked ?? (existsSync(defaultConfigFile) ? defaultConfigFile : undefined)
  if (file === undefined) return { ...parseConfig('', '(defaults)', environment), file }
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    throw new ConfigError([
      {
        file,
        line: 1,
        key: '',
        message: 'the file cannot be read: does it exist, and may this user read it?',
      },
    ])
  }
  return { ...parseConfig(text, file, environment), file }
}

export function parseConfig(
  text: string,
  file: string,
  environment: Environment,
): Omit<LoadedConfig, 'file'> {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true })
  const syntax = document.errors[0]
  if (syntax !== undefined) {
    const line = lines.linePos(syntax.pos[0]).line
    throw new ConfigError([
      { file, line, key: '', message: `not valid YAML (${syntax.code.toLowerCase().replaceAll('_', ' ')})` },
    ])
  }
  const at = (path: readonly PropertyKey[]) => lineOf(document, lines, path)
  const result = v.safeParse(configSchema, fromEnvironment(document.toJS() ?? {}, environment))
  if (!result.success) {
    throw new ConfigError(result.issues.map((issue) => describe(issue, file, at)))
  }
  const findings = crossCheck(result.output, environment)
  const located = findings.map((found) => ({
    file,
    line: at(found.path),
    key: found.path.join('.'),
    message: found.message,
    fatal: found.fatal,
  }))
  const fatal = located.filter((found) => found.fatal)
  if (fatal.length > 0) throw new ConfigError(fatal)
  return { config: result.output, warnings: located }
}

function fromEnvironment(value: unknown, environment: Environment): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const config: Record<string, unknown> = { ...value }
  if (environment['SIDELIGHT_LISTEN']) config['listen'] = environment['SIDELIGHT_LISTEN']
  if (environment['SIDELIGHT_ADMIN']) config['admin'] = environment['SIDELIGHT_ADMIN']
  if (environment['SIDELIGHT_STATE_DIR']) config['stateDir'] = environment['SIDELIGHT_STATE_DIR']
  if (environment['SIDELIGHT_WAREHOUSE_URL']) {
    config['warehouse'] = { ...objectOr(config['warehouse']), url: environment['SIDELIGHT_WAREHOUSE_URL'] }
  }
  if (environment['SIDELIGHT_LOG_LEVEL']) {
    config['log'] = { ...objectOr(config['log']), level: environment['SIDELIGHT_LOG_LEVEL'] }
  }
  return config
}

function objectOr(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {}
}

function describe(
  issue: v.BaseIssue<unknown>,
  file: string,
  at: (path: readonly PropertyKey[]) => number,
): ConfigProblem {
  const path = (issue.path ?? []).map((item) => item.key as PropertyKey)
  const key = path.join('.')
  if (issue.expected === 'never')
    return { file, line: at(path), key, message: 'unknown key: is it misspelt, or one level off?' }
  const received = issue.received === 'undefined' ? 'nothing' : issue.received
  const message =
    issue.received === 'undefined' && issue.type !== 'raw_transform'
      ? 'this key is required'
      : `${issue.message} (found ${received})`
  return { file, line: at(path), key, message }
}

function lineOf(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const node = document.getIn(path.slice(0, depth), true)
    const range =
      typeof node === 'object' && node !== null && 'range' in node
        ? (node.range as [number, number, number] | undefined)
        : undefined
    if (range) return lines.linePos(range[0]).line
  }
  return 1
}
