import * as v from 'valibot'
import { cache } from './cache.ts'
import { evals } from './evals.ts'
import { guard } from './guard.ts'
import { mask } from './mask.ts'
import { envName, name } from './names.ts'
import { provider } from './provider.ts'
import { timeouts } from './resilience.ts'
import { route } from './route.ts'
import { address, amount, duration, size } from './units.ts'
import { warehouse } from './warehouse.ts'

/**
 * The configuration file, as users write it. Unknown keys are errors: a misspelt `fallbak` must not be
 * ignored in silence. Defaults live here too, so the printed resolved configuration is the whole truth.
 */
const text = v.string()

/** The ledger's money column ends there. */
const budgetMax = 999_999

const key = v.strictObject({
  name: v.pipe(name, v.description('what records call it')),
  hashEnv: v.pipe(envName, v.description('variable that holds the SHA-256 of the key, in hex')),
  app: v.optional(v.pipe(text, v.description('default: identity.app'))),
  team: v.optional(v.pipe(text, v.description('default: identity.team'))),
  tier: v.optional(v.pipe(text, v.description('customer tier, where the caller names none'))),
  routes: v.optional(
    v.pipe(v.array(text), v.description('routes, provider/model, provider/*; default: everything')),
  ),
  requestsPerMinute: v.optional(amount),
  tokensPerMinute: v.optional(amount),
  budget: v.optional(
    v.strictObject({
      usd: v.pipe(
        v.number(),
        v.minValue(0),
        v.maxValue(budgetMax),
        v.description('most it may spend; no request begins after that'),
      ),
      per: v.pipe(v.picklist(['day', 'week', 'month']), v.description('in UTC, weeks from Monday')),
    }),
  ),
})

const identity = v.strictObject({
  app: v.optional(text, ''),
  team: v.optional(text, ''),
  env: v.optional(text, ''),
})

const limits = v.strictObject({
  body: v.optional(v.pipe(size, v.description('largest JSON body, decoded')), '32MiB'),
  upload: v.optional(v.pipe(duration, v.description('until a request body has arrived')), '5m'),
  inFlight: v.optional(v.pipe(amount, v.description('requests at once; more get a 503')), 4096),
})

const consolePage = v.strictObject({
  grafana: v.optional(
    v.pipe(
      v.string(),
      v.check((url) => /^https?:$/.test(URL.parse(url)?.protocol ?? ''), 'expected a URL of http or https'),
      v.description('address of Grafana: the console then links each board to the same one there'),
    ),
  ),
})

const workersMax = 64

export const configSchema = v.strictObject({
  listen: v.optional(v.pipe(address, v.description('data plane')), '127.0.0.1:4100'),
  admin: v.optional(v.pipe(address, v.description('health, metrics, reload')), '127.0.0.1:4101'),
  stateDir: v.optional(v.pipe(text, v.description('spool and other state')), '.sidelight'),
  workers: v.optional(
    v.pipe(
      v.number(),
      v.integer('expected a whole number'),
      v.minValue(1, 'expected at least 1'),
      v.maxValue(workersMax, `expected at most ${workersMax}`),
      v.description('processes that share the port'),
    ),
    1,
  ),
  identity: v.optional(v.pipe(identity, v.description('stamped on every record')), {}),
  warehouse: v.optional(warehouse, {}),
  console: v.optional(v.pipe(consolePage, v.description('the page on the admin port')), {}),
  content: v.optional(
    v.strictObject({
      store: v.optional(
        v.pipe(
          v.picklist(['none', 'masked']),
          v.description('whether prompt and answer text reach the warehouse'),
        ),
        'none',
      ),
    }),
    {},
  ),
  providers: v.optional(v.pipe(v.record(name, provider), v.description('by a name of your choice')), {}),
  mask: v.optional(mask),
  guard: v.optional(guard),
  routes: v.optional(v.pipe(v.record(name, route), v.description('by the name callers use as model')), {}),
  keys: v.optional(
    v.pipe(v.array(key), v.description('callers; with none configured, any caller is accepted')),
    [],
  ),
  keysRequired: v.optional(
    v.pipe(
      v.boolean(),
      v.description(
        'false: who shows no known key is served too, under `identity`; keys then only say who asks',
      ),
    ),
    true,
  ),
  prices: v.optional(
    v.strictObject({
      file: v.optional(v.pipe(text, v.description('prices merged over the shipped catalog'))),
    }),
    {},
  ),
  policy: v.optional(
    v.strictObject({
      source: v.optional(
        v.pipe(v.picklist(['warehouse', 'file']), v.description('where weights come from')),
        'warehouse',
      ),
      dir: v.optional(
        v.pipe(text, v.description('source file: folder of the policies, one JSON file each')),
        'policy',
      ),
      publicKey: v.optional(
        v.pipe(text, v.description('Ed25519, base64 or PEM: policies without its signature are refused')),
      ),
      poll: v.optional(v.pipe(duration, v.description('how often new policies are looked for')), '10s'),
    }),
    {},
  ),
  cache: v.optional(cache, {}),
  evals: v.optional(
    v.pipe(evals, v.description('the loop that tunes weights; without it nothing runs by itself')),
  ),
  limits: v.optional(limits, {}),
  timeouts: v.optional(v.pipe(timeouts, v.description('defaults of every route')), {}),
  ping: v.optional(
    v.pipe(duration, v.description('a stream that is silent this long gets a comment; 0s: never')),
    '10s',
  ),
  durability: v.optional(v.picklist(['relaxed', 'strict']), 'relaxed'),
  spool: v.optional(
    v.strictObject({
      flush: v.optional(v.pipe(duration, v.description('longest wait of a record for the disk')), '20ms'),
      queueRows: v.optional(v.pipe(amount, v.description('records held while the disk is slow')), 100_000),
      bytes: v.optional(v.pipe(size, v.description('what may wait on disk for the warehouse')), '10GiB'),
      full: v.optional(
        v.pipe(
          v.picklist(['drop', 'refuse']),
          v.description(
            'at that limit: drop the oldest and count them, or refuse requests of billing routes',
          ),
        ),
        'drop',
      ),
    }),
    {},
  ),
  drain: v.optional(v.pipe(duration, v.description('how long running requests may take to end')), '30s'),
  log: v.optional(
    v.strictObject({
      level: v.optional(v.picklist(['debug', 'info', 'warn', 'error', 'silent']), 'info'),
      format: v.optional(
        v.pipe(v.picklist(['auto', 'json', 'text']), v.description('auto: text on a terminal')),
        'auto',
      ),
    }),
    {},
  ),
  allowedHosts: v.optional(v.pipe(v.array(text), v.description('further host names browsers may use')), []),
})

export type Config = v.InferOutput<typeof configSchema>
export type ProviderConfig = Config['providers'][string]
export type RouteConfig = Config['routes'][string]
export type TimeoutsConfig = Config['timeouts']
