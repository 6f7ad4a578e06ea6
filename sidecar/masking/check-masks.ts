import { accessSync, constants } from 'node:fs'
import type { MaskConfig } from '../../contract/config/mask.ts'
import { ConfigError, type ConfigProblem } from '../../contract/config/problem.ts'
import type { Config } from '../../contract/config/schema.ts'
import { canonicalType, types } from './detectors/registry.ts'
import { problemOf } from './patterns/compile.ts'
import { typesNamed } from './policy.ts'

/** What the schema does not know: patterns that can't be run, files that can't be read. Gives what is merely odd. */
export function checkMasks(config: Config): string[] {
  const masks: [string, MaskConfig | undefined][] = [
    ['mask', config.mask],
    ...Object.entries(config.routes).map(([name, { mask }]): [string, MaskConfig | undefined] => [
      `routes.${name}.mask`,
      mask,
    ]),
  ]
  const problems: ConfigProblem[] = []
  const warnings: string[] = []
  for (const [key, mask] of masks) {
    if (mask === undefined) continue
    problems.push(...problemsOf(key, mask))
    warnings.push(...unknownTypes(mask).map((type) => `${key}: nothing finds ${type}, so it changes nothing`))
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return warnings
}

function problemsOf(key: string, { patterns = [], dictionaries = [] }: MaskConfig): ConfigProblem[] {
  const problems: ConfigProblem[] = []
  const add = (path: string, message: string) =>
    problems.push({ file: '(mask)', line: 0, key: `${key}.${path}`, message })
  for (const [index, { regex }] of patterns.entries()) {
    const problem = problemOf(regex)
    if (problem !== undefined) add(`patterns.${index}.regex`, problem)
  }
  for (const [index, { file, terms }] of dictionaries.entries()) {
    if (file === undefined && terms === undefined)
      add(`dictionaries.${index}`, 'a dictionary needs a `file` or `terms`')
    else if (file !== undefined && !isReadable(file))
      add(`dictionaries.${index}.file`, 'the file cannot be read: does it exist, and may this user read it?')
  }
  return problems
}

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK)
    return true
  } catch {
    return false
  }
}

function unknownTypes(mask: MaskConfig): string[] {
  const own = [...(mask.patterns ?? []), ...(mask.dictionaries ?? [])].map(({ type }) => canonicalType(type))
  const known = new Set([...types.map(({ type }) => type), ...own])
  // Whatever a recogniser finds has the names that it gives.
  return mask.recognizer === undefined ? typesNamed(mask).filter((type) => !known.has(type)) : []
}
