import { addressSlip } from './address-slip.ts'
import type { Finding } from './cross-check.ts'
import type { Environment } from './environment.ts'
import type { Config, ProviderConfig } from './schema.ts'
import { targetFindings } from './target-findings.ts'
import { usualKeyOfHost, usualKeyOfKind } from './usual-keys.ts'

/** What a provider lacks, by its kind, and what looks like a slip. */
export function providerFindings(config: Config, environment: Environment): Finding[] {
  return Object.entries(config.providers).flatMap(([name, provider]) => [
    ...missing(provider).map(([key, message]) => ({ path: pathOf(name, key), message, fatal: true })),
    ...[...unsetKeys(provider, environment), ...unsetUsualKey(provider, environment), ...slips(provider)].map(
      ([key, message]) => ({
        path: pathOf(name, key),
        message,
        fatal: false,
      }),
    ),
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
    return variable === undefined || environment[variable] ? [] : [[key, unset(variable)]]
  })
}

/** The variable that nobody named is the one that is forgotten. */
function unsetUsualKey(provider: ProviderConfig, environment: Environment): Note[] {
  const { kind, host, keyEnv, auth } = provider
  if (keyEnv !== undefined || auth === 'forward' || !needsKeyOfProvider(provider)) return []
  if (kind === 'bedrock') return unsetAws(provider, environment)
  if (kind === 'vertex' && provider.serviceAccountEnv === undefined)
    return [['', 'vertex has neither `serviceAccountEnv` nor `keyEnv`: calls go without credentials']]
  const ofKinds: Readonly<Record<string, string>> = usualKeyOfKind
  const ofHost = host === undefined ? undefined : usualKeyOfHost[host]
  const variable = kind === 'openai-compatible' ? ofHost : ofKinds[kind]
  return variable === undefined || variable === '' || environment[variable] ? [] : [['', unset(variable)]]
}

/** Plain http leads to a server of one's own, which may want no key. */
function needsKeyOfProvider({ baseUrl, targets = [{}] }: ProviderConfig): boolean {
  return targets.some(
    (target) => target.keyEnv === undefined && !(target.baseUrl ?? baseUrl ?? '').startsWith('http:'),
  )
}

/** A bearer token, or a pair of keys; of the pair, what is named is told where it is named. */
function unsetAws({ accessKeyEnv, secretKeyEnv }: ProviderConfig, environment: Environment): Note[] {
  const pair = [accessKeyEnv ?? 'AWS_ACCESS_KEY_ID', secretKeyEnv ?? 'AWS_SECRET_ACCESS_KEY']
  const token = usualKeyOfKind.bedrock
  const isTold = [accessKeyEnv, secretKeyEnv].some((name) => name !== undefined && !environment[name])
  if (isTold || environment[token] || pair.every((variable) => environment[variable])) return []
  return [['', `neither ${token} nor ${pair.join(' and ')} are set: calls to this provider will be refused`]]
}

const unset = (variable: string) =>
  `the variable ${variable} is not set: calls to this provider will be refused`

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
