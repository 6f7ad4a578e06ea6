import { addressUnder, openaiPath } from '../openai-address.ts'
import type { Call, Operation, Provider } from '../provider.ts'

/** Operations that the classic API serves under the deployment's own path. */
const deploymentOperations: ReadonlySet<Operation> = new Set([
  'completions',
  'embeddings',
  'images',
  'transcription',
  'speech',
])

export const azureProvider: Provider = {
  kind: 'azure',
  formatFor({ operation, dialect, responsesOnly }) {
    switch (operation) {
      case 'generate':
        return dialect === 'responses' || responsesOnly ? 'responses' : 'chat'
      case 'count_tokens':
      case 'moderations':
      case 'rerank':
        return undefined
      case 'embeddings':
        return 'chat'
      default:
        return dialect === 'chat' || dialect === 'responses' ? 'chat' : undefined
    }
  },
  address(call) {
    const { apiVersion } = call.settings
    const path = openaiPath(call)
    const rest = isDated(apiVersion) ? classicPath(call, path) : `/openai/v1${path}`
    return addressUnder(resourceUrl(call.settings.baseUrl), withVersion(rest, apiVersion))
  },
  /** Azure knows deployments, not models: the body names what the path names. */
  bodyEdits(call) {
    const deployment = deploymentOf(call)
    return deployment === call.model ? [] : [{ set: 'model', json: JSON.stringify(deployment) }]
  },
  sign({ call }) {
    const { key } = call.settings
    if (key === undefined) return []
    return isEntraToken(key) ? ['authorization', `Bearer ${key}`] : ['api-key', key]
  },
}

/** `2024-10-21`, `2025-04-01-preview`; without a date (empty, `v1`, `preview`) it is the v1 API. */
function isDated(apiVersion: string): boolean {
  return /^\d{4}-\d\d-\d\d/.test(apiVersion)
}

function classicPath(call: Call, path: string): string {
  const isChat = call.operation === 'generate' && call.format === 'chat'
  if (!isChat && !deploymentOperations.has(call.operation)) return `/openai${path}`
  return `/openai/deployments/${encodeURIComponent(deploymentOf(call))}${path}`
}

function deploymentOf(call: Call): string {
  const { deployments } = call.settings
  return (Object.hasOwn(deployments, call.model) ? deployments[call.model] : undefined) ?? call.model
}

function withVersion(path: string, apiVersion: string): string {
  if (apiVersion === '' || apiVersion === 'v1') return path
  return `${path}${path.includes('?') ? '&' : '?'}api-version=${encodeURIComponent(apiVersion)}`
}

/** People copy the address with or without the API's own path. */
function resourceUrl(baseUrl: string): string {
  return baseUrl.replace(/\/+$/, '').replace(/(\/openai)?(\/v1)?$/, '')
}

/** Entra tokens are JWTs; API keys have no dots. */
function isEntraToken(key: string): boolean {
  return key.startsWith('eyJ') && key.split('.').length === 3
}
