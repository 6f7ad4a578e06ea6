import { distance } from 'fastest-levenshtein'
import type * as v from 'valibot'
import { configSchema } from './schema.ts'
import { keysAt } from './shape.ts'

type Issue = v.BaseIssue<unknown>

/** Of unknown keys the schema tells the first of each level only. */
export function isUnknownKey(issue: Issue): boolean {
  return issue.kind === 'schema' && issue.expected === 'never'
}

/** An issue of the schema in words: what is wrong, what was found, how to mend it. */
export function describeIssue(issue: Issue): string {
  if (issue.received === 'undefined') return 'this key is required'
  return `${expectation(issue)} (found ${found(issue)})`
}

function expectation(issue: Issue): string {
  switch (issue.type) {
    case 'picklist':
      return `expected one of ${issue.expected?.replace(/[()"]/g, '').replaceAll(' | ', ', ')}`
    case 'strict_object':
    case 'record':
      return 'expected keys with values below it'
    case 'array':
      return 'expected a list'
    case 'boolean':
      return 'expected true or false'
    case 'number':
      return 'expected a number'
    case 'string':
      return issue.message.startsWith('Invalid') ? 'expected text' : issue.message
    case 'min_value':
      return issue.message.startsWith('Invalid') ? 'expected a number of 0 or more' : issue.message
    case 'min_length':
      return issue.message.startsWith('Invalid') ? 'expected text that is not empty' : issue.message
    default:
      return issue.message
  }
}

/** Settings where people put a secret by mistake, or rightly: what stands there is never shown. */
const secretKeys = /(?:env|url|key|headers|secret|token|password)$/i
const shownCharsMax = 32

function found(issue: Issue): string {
  const { input } = issue
  if (typeof input === 'number' || typeof input === 'boolean') return String(input)
  if (input === null) return 'nothing'
  if (Array.isArray(input)) return 'a list'
  if (typeof input !== 'string') return 'keys below it'
  const isSecret = pathOf(issue).some((key) => secretKeys.test(String(key)))
  // Keys and tokens are long runs without a space; nothing that belongs here is.
  const looksLikeSecret = /[A-Za-z0-9+/_=-]{20,}|^(?:sk|pk|xai|gsk|AIza|Bearer)[-_ ]?/.test(input)
  if (isSecret || looksLikeSecret || input.length > shownCharsMax) return `text of ${input.length} characters`
  return JSON.stringify(input)
}

export function pathOf(issue: Issue): PropertyKey[] {
  return (issue.path ?? []).map((item) => item.key as PropertyKey)
}

export function describeUnknownKey(path: readonly PropertyKey[]): string {
  const key = String(path.at(-1))
  if (/^(?:api_?key|key|secret|token|password)$/i.test(key)) {
    return 'unknown key: secrets are not written into this file; name the variable that holds it, e.g. keyEnv: OPENAI_API_KEY'
  }
  const known = keysAt(configSchema, path.slice(0, -1))
  const [nearest] = [...known].sort((a, b) => distance(a, key) - distance(b, key))
  const isNear = nearest !== undefined && distance(nearest, key) <= Math.max(2, key.length / 3)
  return isNear ? `unknown key: did you mean ${nearest}?` : `unknown key: here may stand ${known.join(', ')}`
}
