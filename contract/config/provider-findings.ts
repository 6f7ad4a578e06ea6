import { addressSlip } from './address-slip.ts'
import type { Finding } from './cross-check.ts'
import type { Environment } from './environment.ts'
import type { Config, ProviderConfig } from './schema.ts'
import { targetFindings } from './target-findings.ts'

/** What a provider lacks, by its kind, and what looks like a slip. */
export function providerFindings(config: Config, environment: Environment): Finding[] {
  return Object.entries(config.providers).flatMap(([name, provider]) => [
    ...missing(provider).map(([key, message]) => ({ path: pathOf(name, key), message, fatal: true })),
    ...[...unsetKeys(provider, environment), ...slips(provider)].map(([key, message]) => ({
      path: pathOf(name, key),
      message,
      fatal: false,
    })),
    ...targetFindings(provider, environment).map((finding) => ({
      ...finding,
      path: ['providers', name, 'targets', ...finding.path],
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
    // Where each target has a key of its own, that of the provider is nobody's.
    if (key === 'keyEnv' && provider.targets?.every((target) => target.keyEnv !== undefined)) return []
    const variable = provider[key]
    return variable === undefined || environment[variable]
      ? []
      : [[key, `the variable ${variable} is not set: calls to this provider will be refused`]]
  })
}

function slips(provider: ProviderConfig): Note[] {
  const notes: Note[] = []
  const { baseUrl, kind, host, headers } = provider
  const slip = addressSlip(kind, baseUrl)
  if (slip !== undefined) notes.push(['baseUrl', slip])
  if (host !== undefined && kind !== 'openai-compatible')
    notes.push(['host', `only openai-compatible providers have one; this is ${kind}`])
  for (const header of Object.keys(headers)) {
    if (/^(?:authorization|api-key|x-api-key|x-goog-api-key)$/i.test(header))
      notes.push(['headers', `${header} is set by Sidelight from \`keyEnv\`; name the variable there`])
  }
  return notes
}
