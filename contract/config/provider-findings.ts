import type { Finding } from './cross-check.ts'
import type { Environment } from './environment.ts'
import type { ProviderKind } from './names.ts'
import type { Config, ProviderConfig } from './schema.ts'

/** What a provider lacks, by its kind, and what looks like a slip. */
export function providerFindings(config: Config, environment: Environment): Finding[] {
  return Object.entries(config.providers).flatMap(([name, provider]) => [
    ...missing(provider).map(([key, message]) => ({ path: pathOf(name, key), message, fatal: true })),
    ...[...unsetKeys(provider, environment), ...slips(provider)].map(([key, message]) => ({
      path: pathOf(name, key),
      message,
      fatal: false,
    })),
  ])
}

const pathOf = (name: string, key: string) => (key === '' ? ['providers', name] : ['providers', name, key])

type Note = readonly [key: string, message: string]

function missing(provider: ProviderConfig): Note[] {
  switch (provider.kind) {
    case 'openai-compatible':
      return provider.host === undefined && provider.baseUrl === undefined
        ? [['', 'an openai-compatible provider needs `host`, a row of the table, or `baseUrl`']]
        : []
    case 'azure':
      return provider.baseUrl === undefined
        ? [['', 'azure needs `baseUrl`, e.g. https://NAME.openai.azure.com']]
        : []
    case 'vertex':
      return provider.project === ''
        ? [['', 'vertex needs `project`, the id of the Google Cloud project']]
        : []
    default:
      return []
  }
}

const secretVariables = [
  'keyEnv',
  'serviceAccountEnv',
  'accessKeyEnv',
  'secretKeyEnv',
  'sessionTokenEnv',
] as const

function unsetKeys(provider: ProviderConfig, environment: Environment): Note[] {
  return secretVariables.flatMap((key): Note[] => {
    const variable = provider[key]
    return variable === undefined || environment[variable]
      ? []
      : [[key, `the variable ${variable} is not set: calls to this provider will be refused`]]
  })
}

/** Base URLs as the official SDKs take them; the other form answers 404 to everything. */
const withVersion: readonly ProviderKind[] = ['openai', 'openai-compatible', 'cohere']
const withoutVersion: readonly ProviderKind[] = ['anthropic', 'gemini']

function slips(provider: ProviderConfig): Note[] {
  const notes: Note[] = []
  const { baseUrl, kind, host, headers } = provider
  const path = baseUrl === undefined ? '' : new URL(baseUrl).pathname.replace(/\/+$/, '')
  if (baseUrl !== undefined && withVersion.includes(kind) && path === '')
    notes.push(['baseUrl', `for ${kind} it usually ends in /v1, as in the official SDKs`])
  if (withoutVersion.includes(kind) && /\/v\d\w*$/.test(path))
    notes.push(['baseUrl', `for ${kind} it is the bare origin, without a version`])
  if (host !== undefined && kind !== 'openai-compatible')
    notes.push(['host', `only openai-compatible providers have one; this is ${kind}`])
  for (const header of Object.keys(headers)) {
    if (/^(?:authorization|api-key|x-api-key|x-goog-api-key)$/i.test(header))
      notes.push(['headers', `${header} is set by Sidelight from \`keyEnv\`; name the variable there`])
  }
  return notes
}
