import { parseConfig } from '../contract/config/load.ts'
import { loadShippedCatalog } from '../contract/prices/catalog.ts'
import { createRegistry } from '../sidecar/providers/registry.ts'
import type { Candidate } from '../sidecar/routing/route.ts'
import { buildSnapshot } from '../sidecar/snapshot.ts'

/** A candidate as the configuration makes it, with more keys of its provider as YAML flow. */
export function testCandidate(
  options: {
    readonly model?: string
    readonly yaml?: string
    /** The whole provider instead. */
    readonly provider?: string
    readonly environment?: Record<string, string>
  } = {},
): Candidate {
  const { model = 'gpt-5.6-sol', yaml = '', environment = {} } = options
  const provider = options.provider ?? `{ kind: openai, baseUrl: 'http://127.0.0.1:9/v1', ${yaml} }`
  const { config } = parseConfig(
    `
providers: { p: ${provider} }
routes: { r: { candidates: [{ id: c, provider: p, model: ${model} }] } }
`,
    'test.yaml',
    environment,
  )
  const registry = createRegistry({
    fetchToken: () => Promise.reject(new Error('no tokens here')),
    nowMs: Date.now,
    simulatedOrigin: '',
  })
  const snapshot = buildSnapshot(config, { environment, catalog: loadShippedCatalog(), registry })
  return snapshot.routes.get('r')?.candidates[0] as Candidate
}
