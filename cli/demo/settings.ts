import { createHash } from 'node:crypto'
import { type Environment, type LoadedConfig, parseConfig } from '../../contract/config/load.ts'
import type { SimulatedServer } from '../../sidecar/providers/simulated/server.ts'
import { apps } from './cast.ts'

/** What providers of the demo are shown: the simulated ones look at no key. */
const providerKey = 'SIDELIGHT_DEMO_PROVIDER_KEY'

/** What an application shows. It opens simulated providers, on loopback, and is therefore no secret. */
export const appKey = (app: string) => `demo-${app}`
const hashVariable = (app: string) => `SIDELIGHT_DEMO_${app.toUpperCase()}_SHA256`

/** Listed among the models of a sidecar that runs this configuration, and of no other. */
export const marker = 'simulated/sim-demo'

/** Pace and everyday faults of each model, as the simulated provider takes them. */
const manners: Readonly<Record<string, string>> = {
  'claude-opus-5-5': 'first=650ms; gap=5ms; spread=0.35; status=529; share=0.8%',
  'claude-sonnet-5-5': 'first=380ms; gap=4ms; spread=0.4; status=529; share=0.5%',
  'claude-haiku-5-5': 'first=150ms; gap=2ms; spread=0.35',
  'gpt-5.4': 'first=480ms; gap=5ms; spread=0.4; status=500; share=0.4%',
  'gpt-5.4-mini': 'first=220ms; gap=3ms; spread=0.45; refuse=rate; retry-after=1; share=0.8%',
  'gpt-6-sol': 'first=420ms; gap=4ms; spread=0.4',
  'gemini-3.8-flash': 'first=170ms; gap=2ms; spread=0.5; status=503; share=1%',
  'deepseek-v4-flash': 'first=430ms; gap=5ms; spread=0.55; status=503; share=1.8%',
  'mistral-small-latest': 'first=130ms; gap=2ms; spread=0.3',
  'openai/gpt-oss-120b': 'first=70ms; gap=1ms; spread=0.3; status=500; share=0.6%',
  'house-summarizer-2': 'first=260ms; gap=4ms; spread=0.25; fault=reset; share=1.5%',
  'text-embedding-3-large': 'latency=45ms; spread=0.4',
}

export function haveManners(server: SimulatedServer): void {
  for (const model of Object.keys(manners)) behave(server, model)
}

/** As always, and besides as the last words say. */
export function behave(server: SimulatedServer, model: string, besides = ''): void {
  // As most providers do, and it spares a small machine many thousand wake-ups.
  server.simulate(`burst=10; ${manners[model] ?? ''}; ${besides}`, model)
}

const yaml = (origin: string) => `
identity: { app: yours, team: you, env: demo }
keysRequired: false
keys:
${apps.map(({ name, team }) => `  - { name: ${name}, hashEnv: ${hashVariable(name)}, app: ${name}, team: ${team} }`).join('\n')}
providers:
  simulated: { kind: simulated, prices: free, models: [sim-demo, sim-fast, sim-slow, sim-echo, sim-cheap, sim-strong, sim-think, sim-embed] }
  anthropic: { kind: anthropic, baseUrl: '${origin}', keyEnv: ${providerKey}, region: us }
  openai: { kind: openai, baseUrl: '${origin}/v1', keyEnv: ${providerKey}, region: us }
  gemini: { kind: gemini, baseUrl: '${origin}', keyEnv: ${providerKey}, region: eu }
  deepseek: { kind: openai-compatible, host: deepseek, baseUrl: '${origin}/v1', keyEnv: ${providerKey}, region: cn }
  mistral: { kind: openai-compatible, host: mistral, baseUrl: '${origin}/v1', keyEnv: ${providerKey}, region: eu }
  groq: { kind: openai-compatible, host: groq, baseUrl: '${origin}/v1', keyEnv: ${providerKey}, region: us }
  # Nobody has told its price: its requests cost an unknown sum, which is not 0.
  in-house: { kind: openai-compatible, baseUrl: '${origin}/v1', models: [house-summarizer-2], keyEnv: ${providerKey}, region: eu }
routes:
  demo-support:
    candidates:
      - { id: strong, provider: anthropic, model: claude-sonnet-5-5, weight: 0.4 }
      - { id: cheap, provider: deepseek, model: deepseek-v4-flash, weight: 0.6 }
    baseline: strong
    timeouts: { firstToken: 5s, total: 30s }
  demo-triage:
    candidates:
      - { id: oss, provider: groq, model: openai/gpt-oss-120b, weight: 0.55 }
      - { id: small, provider: mistral, model: mistral-small-latest, weight: 0.3 }
      - { id: haiku, provider: anthropic, model: claude-haiku-5-5, weight: 0.15 }
    baseline: haiku
    rules:
      - { when: { customerTier: enterprise }, use: [haiku, small] }
  demo-search:
    candidates:
      - { id: mini, provider: openai, model: gpt-5.4-mini, weight: 0.65 }
      - { id: flash, provider: gemini, model: gemini-3.8-flash, weight: 0.35 }
    baseline: mini
    hedge: { after: 900ms, max: 5% }
  demo-copy:
    strategy: cheapest
    candidates:
      - { id: flash, provider: gemini, model: gemini-3.8-flash }
      - { id: gpt, provider: openai, model: gpt-5.4 }
    baseline: gpt
  demo-review:
    strategy: ordered
    candidates:
      - { id: opus, provider: anthropic, model: claude-opus-5-5 }
      - { id: gpt, provider: openai, model: gpt-5.4 }
    baseline: opus
  demo-code:
    strategy: fastest
    candidates:
      - { id: sonnet, provider: anthropic, model: claude-sonnet-5-5 }
      - { id: sol, provider: openai, model: gpt-6-sol }
    baseline: sonnet
  demo-summary:
    candidates:
      - { id: house, provider: in-house, model: house-summarizer-2, weight: 0.3 }
      - { id: small, provider: mistral, model: mistral-small-latest, weight: 0.7 }
    baseline: small
  demo-embed:
    candidates: [{ id: large, provider: openai, model: text-embedding-3-large }]
`

/** The configuration of the demo, in which every provider is simulated. The usual variables outrank it. */
export function demoConfig(
  origin: string,
  environment: Environment,
): LoadedConfig & { readonly environment: Environment } {
  const complete = { ...demoKeys(), ...environment }
  const { config, isEmpty, warnings } = parseConfig(yaml(origin), '(demo)', complete)
  const stateDir = environment['SIDELIGHT_STATE_DIR'] ? config.stateDir : demoStateDir
  return { config: { ...config, stateDir }, file: undefined, isEmpty, warnings, environment: complete }
}

/** Apart from real records: made-up money must never be added to them. */
const demoStateDir = '.sidelight/demo'

function demoKeys(): Record<string, string> {
  const hashes = apps.map(({ name }) => {
    const hash = createHash('sha256').update(appKey(name)).digest('hex')
    return [hashVariable(name), hash] as const
  })
  return { ...Object.fromEntries(hashes), [providerKey]: 'simulated' }
}
