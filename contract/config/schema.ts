import * as v from 'valibot'
import { address, amount, duration, percentage, size } from './units.ts'

/**
 * The configuration file, as users write it. Unknown keys are errors: a misspelt `fallbak` must not be
 * ignored in silence. Defaults live here too, so the printed resolved configuration is the whole truth.
 */
const name = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'expected a name of letters, digits, . _ -'),
)
const envName = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'expected the NAME of an environment variable'),
)

const target = v.strictObject({
  keyEnv: v.optional(envName),
  baseUrl: v.optional(v.pipe(v.string(), v.url())),
  region: v.optional(v.string()),
})

const provider = v.strictObject({
  kind: v.picklist([
    'openai',
    'azure',
    'openai-compatible',
    'anthropic',
    'gemini',
    'vertex',
    'bedrock',
    'cohere',
    'simulated',
  ]),
  host: v.optional(v.pipe(v.string(), v.description('row of the table of OpenAI-compatible hosts'))),
  baseUrl: v.optional(v.pipe(v.string(), v.url('expected a URL such as https://host/v1'))),
  keyEnv: v.optional(envName),
  auth: v.optional(v.picklist(['key', 'forward']), 'key'),
  region: v.optional(v.string(), ''),
  zeroRetention: v.optional(v.boolean(), false),
  prices: v.optional(v.picklist(['catalog', 'free']), 'catalog'),
  priceZone: v.optional(v.string()),
  models: v.optional(v.array(v.string()), []),
  headers: v.optional(v.record(v.string(), v.string()), {}),
  apiVersion: v.optional(v.string(), ''),
  deployments: v.optional(v.record(v.string(), v.string()), {}),
  project: v.optional(v.string(), ''),
  location: v.optional(v.string(), ''),
  serviceAccountEnv: v.optional(envName),
  accessKeyEnv: v.optional(envName),
  secretKeyEnv: v.optional(envName),
  sessionTokenEnv: v.optional(envName),
  targets: v.optional(v.array(target)),
  quirks: v.optional(v.record(v.string(), v.union([v.string(), v.boolean()]))),
  timeouts: v.optional(v.strictObject({ connect: v.optional(duration) }), {}),
})

const timeouts = v.strictObject({
  connect: v.optional(duration),
  headers: v.optional(duration),
  firstToken: v.optional(duration),
  idle: v.optional(duration),
  attempt: v.optional(duration),
  total: v.optional(duration),
})

const candidate = v.strictObject({
  id: v.optional(name),
  provider: name,
  model: v.pipe(v.string(), v.minLength(1)),
  weight: v.optional(v.pipe(v.number(), v.minValue(0)), 1),
  params: v.optional(v.record(v.string(), v.unknown())),
  prompt: v.optional(v.string()),
  timeouts: v.optional(timeouts, {}),
})

const when = v.strictObject({
  customerTier: v.optional(v.string()),
  customer: v.optional(v.string()),
  app: v.optional(v.string()),
  team: v.optional(v.string()),
  env: v.optional(v.string()),
  feature: v.optional(v.string()),
  prompt: v.optional(v.string()),
  tags: v.optional(v.record(v.string(), v.string())),
  dialect: v.optional(v.picklist(['chat', 'responses', 'messages', 'gemini'])),
  endpoint: v.optional(v.string()),
  language: v.optional(v.string()),
  inputTokensOver: v.optional(amount),
  inputTokensUnder: v.optional(amount),
  complexity: v.optional(v.picklist(['low', 'medium', 'high'])),
  hasTools: v.optional(v.boolean()),
  hasImages: v.optional(v.boolean()),
  hasSchema: v.optional(v.boolean()),
  streamed: v.optional(v.boolean()),
  turnsOver: v.optional(amount),
})

const route = v.strictObject({
  strategy: v.optional(v.picklist(['weighted', 'cheapest', 'fastest', 'best', 'ordered']), 'weighted'),
  candidates: v.pipe(v.array(candidate), v.minLength(1, 'a route needs at least one candidate')),
  baseline: v.optional(name),
  fallback: v.optional(v.array(name)),
  timeouts: v.optional(timeouts, {}),
  retries: v.optional(
    v.strictObject({
      max: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(10)), 2),
      budget: v.optional(percentage, '10%'),
    }),
    {},
  ),
  require: v.optional(
    v.strictObject({
      regions: v.optional(v.array(v.string())),
      zeroRetention: v.optional(v.boolean(), false),
      capabilities: v.optional(v.array(v.string()), []),
    }),
    {},
  ),
  rules: v.optional(
    v.array(
      v.strictObject({
        when,
        use: v.array(name),
        ifNone: v.optional(v.picklist(['error', 'ignore']), 'error'),
      }),
    ),
    [],
  ),
  quality: v.optional(v.strictObject({ maxLoss: v.optional(percentage) })),
  mask: v.optional(
    v.record(v.string(), v.picklist(['mask', 'hash', 'redact', 'partial', 'block', 'allow', 'log-only'])),
  ),
  cache: v.optional(
    v.strictObject({
      exact: v.optional(v.union([duration, v.picklist(['off'])])),
      lexical: v.optional(v.union([duration, v.picklist(['off'])])),
      semantic: v.optional(v.union([duration, v.picklist(['off'])])),
      scope: v.optional(v.picklist(['customer', 'key', 'route', 'app', 'team'])),
    }),
  ),
  segmentBy: v.optional(v.array(v.string())),
  sticky: v.optional(v.picklist(['conversation', 'customer', 'request'])),
  onContentFilter: v.optional(v.picklist(['return', 'fallback']), 'return'),
})

const key = v.strictObject({
  name,
  hashEnv: v.pipe(envName, v.description('variable that holds the SHA-256 of the key, in hex')),
  app: v.optional(v.string()),
  team: v.optional(v.string()),
  tier: v.optional(v.string()),
  routes: v.optional(v.array(v.string())),
  requestsPerMinute: v.optional(amount),
  tokensPerMinute: v.optional(amount),
  budget: v.optional(
    v.strictObject({ usd: v.pipe(v.number(), v.minValue(0)), per: v.picklist(['day', 'week', 'month']) }),
  ),
})

export const configSchema = v.strictObject({
  listen: v.optional(address, '127.0.0.1:4100'),
  admin: v.optional(address, '127.0.0.1:4101'),
  stateDir: v.optional(v.string(), '.sidelight'),
  workers: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(64)), 1),
  identity: v.optional(
    v.strictObject({
      app: v.optional(v.string(), ''),
      team: v.optional(v.string(), ''),
      env: v.optional(v.string(), ''),
    }),
    {},
  ),
  warehouse: v.optional(
    v.strictObject({
      url: v.optional(v.string(), 'embedded'),
      database: v.optional(v.string(), 'sidelight'),
      listen: v.optional(address, '127.0.0.1:4102'),
    }),
    {},
  ),
  content: v.optional(v.strictObject({ store: v.optional(v.picklist(['none', 'masked']), 'none') }), {}),
  providers: v.optional(v.record(name, provider), {}),
  routes: v.optional(v.record(name, route), {}),
  keys: v.optional(v.array(key), []),
  prices: v.optional(v.strictObject({ file: v.optional(v.string()) }), {}),
  policy: v.optional(
    v.strictObject({
      source: v.optional(v.picklist(['warehouse', 'file']), 'warehouse'),
      publicKey: v.optional(v.string()),
    }),
    {},
  ),
  limits: v.optional(
    v.strictObject({
      body: v.optional(size, '32MiB'),
      upload: v.optional(duration, '5m'),
      inFlight: v.optional(amount, 4096),
    }),
    {},
  ),
  timeouts: v.optional(v.pipe(timeouts, v.description('defaults of every route')), {}),
  ping: v.optional(
    v.pipe(duration, v.description('a stream that is silent this long gets a comment; 0s: never')),
    '10s',
  ),
  durability: v.optional(v.picklist(['relaxed', 'strict']), 'relaxed'),
  spool: v.optional(
    v.strictObject({ flush: v.optional(duration, '20ms'), queueRows: v.optional(amount, 100_000) }),
    {},
  ),
  drain: v.optional(duration, '30s'),
  log: v.optional(
    v.strictObject({
      level: v.optional(v.picklist(['debug', 'info', 'warn', 'error', 'silent']), 'info'),
      format: v.optional(v.picklist(['auto', 'json', 'text']), 'auto'),
    }),
    {},
  ),
  allowedHosts: v.optional(v.array(v.string()), []),
})

export type ConfigFile = v.InferInput<typeof configSchema>
export type Config = v.InferOutput<typeof configSchema>
export type ProviderConfig = Config['providers'][string]
export type RouteConfig = Config['routes'][string]
export type CandidateConfig = RouteConfig['candidates'][number]
export type TimeoutsConfig = Config['timeouts']
export type KeyConfig = Config['keys'][number]
