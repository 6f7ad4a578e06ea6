import type { Environment } from '../../contract/config/load.ts'
import type { HostName } from '../../contract/config/names.ts'
import type { ProviderConfig } from '../../contract/config/schema.ts'
import { usualKeyOfKind } from '../../contract/config/usual-keys.ts'
import type { Catalog } from '../../contract/prices/catalog.ts'
import type { Format, FormatName, HostQuirks } from '../formats/format.ts'
import { formats } from '../formats/registry.ts'
import type { ConnectedProvider } from '../routing/route.ts'
import { anthropicProvider } from './anthropic/endpoint.ts'
import { azureProvider } from './azure/endpoint.ts'
import { bedrockBaseUrl, createBedrockProvider } from './bedrock/endpoint.ts'
import { cohereProvider } from './cohere/endpoint.ts'
import { geminiProvider } from './gemini/endpoint.ts'
import { openaiProvider } from './openai/endpoint.ts'
import { openaiCompatibleProvider } from './openai-compatible/endpoint.ts'
import { defaultQuirks, hostTable } from './openai-compatible/hosts.ts'
import type { Provider, ProviderKind, ProviderSettings } from './provider.ts'
import { simulatedProvider } from './simulated/endpoint.ts'
import { targetsOf } from './targets.ts'
import { createVertexProvider } from './vertex/endpoint.ts'

/** The one place that knows every provider and every format. A new one is a folder and a line here. */
export interface Registry {
  readonly providers: Readonly<Record<ProviderKind, Provider>>
  readonly formats: Readonly<Record<FormatName, Format>>
  /** Origin of the built-in simulated provider, once it listens. */
  readonly simulatedOrigin: string
}

export function createRegistry(services: {
  fetchToken: (url: string, form: string) => Promise<string>
  nowMs: () => number
  simulatedOrigin: string
}): Registry {
  return {
    simulatedOrigin: services.simulatedOrigin,
    formats,
    providers: {
      openai: openaiProvider,
      azure: azureProvider,
      'openai-compatible': openaiCompatibleProvider,
      anthropic: anthropicProvider,
      gemini: geminiProvider,
      vertex: createVertexProvider(services),
      bedrock: createBedrockProvider(),
      cohere: cohereProvider,
      simulated: simulatedProvider,
    },
  }
}

const usual: Readonly<Partial<Record<ProviderKind, { baseUrl: string; keyEnv: string }>>> = {
  openai: { baseUrl: 'https://api.openai.com/v1', keyEnv: usualKeyOfKind.openai },
  azure: { baseUrl: '', keyEnv: usualKeyOfKind.azure },
  anthropic: { baseUrl: 'https://api.anthropic.com', keyEnv: usualKeyOfKind.anthropic },
  gemini: { baseUrl: 'https://generativelanguage.googleapis.com', keyEnv: usualKeyOfKind.gemini },
  cohere: { baseUrl: 'https://api.cohere.com/v1', keyEnv: usualKeyOfKind.cohere },
  bedrock: { baseUrl: '', keyEnv: usualKeyOfKind.bedrock },
}

/** Providers that need nothing but a key: configured by themselves when their usual variable is set. */
export function providersFromEnvironment(environment: Environment): Record<string, ProviderConfig> {
  const found: Record<string, ProviderConfig> = {}
  for (const kind of ['openai', 'anthropic', 'gemini', 'cohere'] as const) {
    const keyEnv = usual[kind]?.keyEnv ?? ''
    if (environment[keyEnv]) found[kind] = blankProvider({ kind, keyEnv })
  }
  for (const [host, row] of Object.entries(hostTable)) {
    if (
      row.keyEnv &&
      row.baseUrl &&
      environment[row.keyEnv] &&
      found[host] === undefined &&
      row.keyEnv !== 'OPENAI_API_KEY'
    ) {
      found[host] = blankProvider({ kind: 'openai-compatible', host: host as HostName, keyEnv: row.keyEnv })
    }
  }
  return found
}

export function blankProvider(own: Pick<ProviderConfig, 'kind'> & Partial<ProviderConfig>): ProviderConfig {
  return {
    auth: 'key',
    region: '',
    zeroRetention: false,
    prices: 'catalog',
    models: [],
    headers: {},
    apiVersion: '',
    deployments: {},
    project: '',
    location: '',
    timeouts: {},
    ...own,
  }
}

export function connectProvider(
  name: string,
  config: ProviderConfig,
  services: { environment: Environment; registry: Registry; catalog: Catalog; priceProvider: string },
): ConnectedProvider {
  const provider = services.registry.providers[config.kind]
  const listed = new Set(config.models)
  const everything = config.kind === 'simulated'
  const targets = targetsOf(name, config, (own) => settingsOf(name, own, services))
  return {
    name,
    settings: targets[0].settings,
    targets,
    provider,
    formats: services.registry.formats,
    priceProvider: services.priceProvider,
    isFree: config.prices === 'free',
    priceZone: config.priceZone,
    zeroRetention: config.zeroRetention,
    timeouts: config.timeouts,
    listedModels: everything && listed.size === 0 ? ['sim-fast', 'sim-slow', 'sim-echo'] : config.models,
    offers: (model) =>
      listed.size > 0
        ? listed.has(model)
        : everything
          ? model.startsWith('sim-')
          : services.catalog.find(services.priceProvider, model) !== undefined,
  }
}

function settingsOf(
  name: string,
  config: ProviderConfig,
  services: { environment: Environment; registry: Registry },
): ProviderSettings {
  const { environment } = services
  const row = config.kind === 'openai-compatible' ? hostTable[config.host ?? ''] : undefined
  const own = usual[config.kind]
  const keyEnv = config.keyEnv ?? row?.keyEnv ?? own?.keyEnv ?? ''
  const secret = (variable: string) => (variable === '' ? undefined : environment[variable])
  const region =
    config.kind === 'bedrock' ? (environment['AWS_REGION'] ?? environment['AWS_DEFAULT_REGION'] ?? '') : ''
  const location = config.location || region
  return {
    name,
    kind: config.kind,
    baseUrl: baseUrlOf(config, {
      row: row?.baseUrl,
      usual: own?.baseUrl,
      location,
      simulated: services.registry.simulatedOrigin,
    }),
    host: config.host ?? '',
    region: config.region,
    key: secret(keyEnv),
    keyEnv,
    keyRequired: config.keyEnv !== undefined,
    auth: config.auth,
    headers: config.headers,
    apiVersion: config.apiVersion,
    deployments: config.deployments,
    project: config.project,
    location,
    secrets: {
      awsAccessKeyId: secret(config.accessKeyEnv ?? 'AWS_ACCESS_KEY_ID'),
      awsSecretAccessKey: secret(config.secretKeyEnv ?? 'AWS_SECRET_ACCESS_KEY'),
      awsSessionToken: secret(config.sessionTokenEnv ?? 'AWS_SESSION_TOKEN'),
      serviceAccountJson: secret(config.serviceAccountEnv ?? ''),
    },
    quirks: { ...(row?.quirks ?? defaultQuirks), ...(config.quirks as Partial<HostQuirks> | undefined) },
  }
}

function baseUrlOf(
  config: ProviderConfig,
  from: { row: string | undefined; usual: string | undefined; location: string; simulated: string },
): string {
  const fallback =
    config.kind === 'simulated'
      ? from.simulated
      : config.kind === 'bedrock'
        ? bedrockBaseUrl(from.location)
        : (from.row ?? from.usual ?? '')
  return (config.baseUrl ?? fallback).replace(/\/+$/, '')
}
