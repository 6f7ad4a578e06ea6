import { existsSync, readFileSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import * as v from 'valibot'
import { LineCounter, parseDocument } from 'yaml'
import { crossCheck, type Finding } from './cross-check.ts'
import { describeIssue, describeUnknownKey, isUnknownKey, pathOf } from './describe.ts'
import { type Environment, isKeys, substitute, withEnvironment, withoutNulls } from './environment.ts'
import type { EvalsConfig } from './evals.ts'
import { locator, type Path } from './locate.ts'
import { ConfigError, type ConfigProblem } from './problem.ts'
import { type Config, configSchema } from './schema.ts'
import { listsWhereKeysBelong, unknownKeys } from './shape.ts'

export type { Environment }

export interface LoadedConfig {
  readonly config: Config
  /** The file read; undefined when there is none and defaults rule. */
  readonly file: string | undefined
  /** Not one key stands in the file, or there is none. */
  readonly isEmpty: boolean
  readonly warnings: readonly ConfigProblem[]
}

export const defaultConfigFile = 'sidelight.yaml'

/** Reads, validates and completes the configuration. Everything comes in by argument, the environment too. */
export function loadConfig(options: { file?: string | undefined; environment: Environment }): LoadedConfig {
  const { environment } = options
  const asked = options.file ?? (environment['SIDELIGHT_CONFIG'] || undefined)
  const file = asked ?? (existsSync(defaultConfigFile) ? defaultConfigFile : undefined)
  const text = file === undefined ? '' : readText(file)
  const { config, isEmpty, warnings } = parseConfig(text, file ?? '(defaults)', environment)
  return { config: withPaths(config, file), file, isEmpty, warnings }
}

/** Files of prices and terms and the folder of policies are named as seen from the configuration file, wherever Sidelight is started. */
function withPaths(config: Config, file: string | undefined): Config {
  if (file === undefined) return config
  const beside = (path: string) => (isAbsolute(path) ? path : join(dirname(file), path))
  const { prices, policy, evals } = config
  return {
    ...config,
    prices: prices.file === undefined ? prices : { ...prices, file: beside(prices.file) },
    policy: { ...policy, dir: beside(policy.dir) },
    mask: withFiles(config.mask, beside),
    routes: mapValues(config.routes, (route) => ({ ...route, mask: withFiles(route.mask, beside) })),
    ...(evals === undefined ? {} : { evals: withEvalPaths(evals, beside) }),
  }
}

function withEvalPaths(evals: EvalsConfig, beside: (path: string) => string): EvalsConfig {
  const { golden, judge } = evals
  const files =
    golden === undefined || typeof golden === 'string' ? golden && beside(golden) : golden.map(beside)
  return {
    ...evals,
    ...(files === undefined ? {} : { golden: files }),
    ...(judge?.labels === undefined ? {} : { judge: { ...judge, labels: beside(judge.labels) } }),
  }
}

function withFiles<Mask extends Config['mask']>(mask: Mask, beside: (path: string) => string): Mask {
  const dictionaries = mask?.dictionaries?.map((each) =>
    each.file === undefined ? each : { ...each, file: beside(each.file) },
  )
  return dictionaries === undefined ? mask : { ...mask, dictionaries }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${error.code})` : ''
    const message = `the file cannot be read${code}: does it exist, and may this user read it?`
    throw new ConfigError([{ file, line: 0, key: '', message }])
  }
}

export function parseConfig(
  text: string,
  file: string,
  environment: Environment,
): Omit<LoadedConfig, 'file'> {
  const { value, line } = parseYaml(text, file)
  const overridden = withEnvironment(withoutNulls(value ?? {}), environment)
  const place = (path: Path) => {
    const key = path.map(String).join('.')
    const variable = overridden.setBy.get(key)
    return variable === undefined
      ? { file, line: line(path), key }
      : { file: '(environment)', line: 0, key: variable }
  }
  const { value: complete, missing } = withVariables(overridden.value, environment)
  if (missing.length > 0)
    throw new ConfigError(missing.map((found) => ({ ...place(found.path), message: found.message })))
  const lists = listsWhereKeysBelong(configSchema, complete)
  if (lists.length > 0)
    throw new ConfigError(
      lists.map((path) => ({ ...place(path), message: 'expected keys with values below it (found a list)' })),
    )
  const result = v.safeParse(configSchema, complete, { abortPipeEarly: true })
  if (!result.success) {
    throw new ConfigError([
      ...result.issues
        .filter((issue) => !isUnknownKey(issue))
        .map((issue) => ({ ...place(pathOf(issue)), message: describeIssue(issue) })),
      ...unknownKeys(configSchema, complete).map((path) => ({
        ...place(path),
        message: describeUnknownKey(path),
      })),
    ])
  }
  const findings = crossCheck(result.output, environment)
  const located = (fatal: boolean) =>
    findings
      .filter((found) => found.fatal === fatal)
      .map((found) => ({ ...place(found.path), message: found.message }))
      .sort((a, b) => a.line - b.line)
  const fatal = located(true)
  if (fatal.length > 0) throw new ConfigError(fatal)
  return { config: result.output, isEmpty: value === null || value === undefined, warnings: located(false) }
}

const syntaxHelp: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'the same key stands twice: remove one of them',
  TAB_AS_INDENT: 'a tab indents this line: YAML takes only spaces',
  BAD_INDENT: 'this line is not indented like its neighbours',
  MULTIPLE_DOCS: 'a second document begins here (---): the file holds one',
}

function parseYaml(text: string, file: string): { value: unknown; line: (path: Path) => number } {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true })
  const [syntax] = document.errors
  if (syntax !== undefined) {
    const code = syntax.code.toLowerCase().replaceAll('_', ' ')
    const message = syntaxHelp[syntax.code] ?? `not valid YAML (${code}): look at this line and the one above`
    throw new ConfigError([{ file, line: lines.linePos(syntax.pos[0]).line, key: '', message }])
  }
  try {
    return { value: document.toJS(), line: locator(document, lines) }
  } catch {
    throw new ConfigError([
      { file, line: 1, key: '', message: 'an alias (*name) has no anchor, or too many use it' },
    ])
  }
}

/** Puts variables into the places that may hold them: the warehouse's address and providers' headers. */
function withVariables(value: unknown, environment: Environment): { value: unknown; missing: Finding[] } {
  const missing: Finding[] = []
  if (!isKeys(value)) return { value, missing }
  const fill = (text: unknown, path: (string | number)[]) => {
    if (typeof text !== 'string') return text
    const filled = substitute(text, environment)
    for (const variable of filled.missing)
      missing.push({ path, fatal: true, message: `the variable ${variable} is not set` })
    return filled.text
  }
  const { warehouse, providers } = value
  const filled = { ...value }
  if (isKeys(warehouse) && 'url' in warehouse)
    filled['warehouse'] = { ...warehouse, url: fill(warehouse['url'], ['warehouse', 'url']) }
  if (isKeys(providers)) {
    filled['providers'] = mapValues(providers, (provider, name) =>
      isKeys(provider) && isKeys(provider['headers'])
        ? {
            ...provider,
            headers: mapValues(provider['headers'], (header, key) =>
              fill(header, ['providers', name, 'headers', key]),
            ),
          }
        : provider,
    )
  }
  return { value: filled, missing }
}

function mapValues<Value, To>(object: Record<string, Value>, change: (value: Value, key: string) => To) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value, key)]))
}
