import type { Environment } from '../contract/config/load.ts'
import type { Config } from '../contract/config/schema.ts'
import type { CacheEntryRow } from '../contract/tables/cache-entries.ts'
import { snapshotting } from './answers-snapshot.ts'
import { AnswerCache } from './cache/answer-cache.ts'
import { never } from './cache/audit/tuner.ts'
import { Embedder } from './cache/embedder.ts'
import { takeRows } from './cache/shared.ts'
import { isPurged, type Purge } from './cache/store/purge.ts'
import type { StoreLimits } from './cache/store/store.ts'
import type { Log } from './observe/log.ts'
import type { Gauge } from './observe/metrics.ts'
import type { Snapshot } from './snapshot.ts'
import type { Pools } from './upstream/pools.ts'
import { postEmbeddings } from './upstream/post-embeddings.ts'

export interface AnswerOptions {
  readonly random?: () => number
  readonly auditDelayMs?: () => number
}

export interface KeptAnswers {
  readonly answers: AnswerCache
  /** Before the first request. */
  load(): Promise<void>
  /** After a reload. */
  use(snapshot: Snapshot): void
  gauges(): Gauge[]
  /** Keeps what other sidecars have answered. */
  takeEntries(rows: readonly CacheEntryRow[]): void
  /** Removes kept answers; how many there were. */
  purge(purge: Purge): number
  stop(): Promise<void>
}

/** The cache of one process with its embedders and its place on the disk. */
export function connectAnswers(
  first: Snapshot,
  from: {
    readonly environment: Environment
    readonly log: Log
    readonly worker: number
    readonly pools: Pools
    readonly nowMs: () => number
    readonly answers?: AnswerOptions
  },
): KeptAnswers {
  const { pools, nowMs, worker } = from
  const answers = createAnswers(first.config, from.answers ?? {})
  const known = new Map<string, Embedder>()
  const use = (snapshot: Snapshot) => {
    answers.store.limit(limitsOf(snapshot.config))
    answers.useEmbedders(embeddersFor(snapshot, { pools, nowMs, known }))
  }
  use(first)
  const onDisk = snapshotting(answers, { ...from, config: first.config })
  return {
    answers,
    load: () => onDisk.load(),
    use,
    gauges: () => answerGauges(answers, worker),
    takeEntries: (rows) => void takeRows(answers, rows, nowMs()),
    purge: (purge) => answers.store.removeWhere((entry) => isPurged(entry, purge)),
    async stop() {
      answers.close()
      await onDisk.stop()
      await answers.errands.idle()
    },
  }
}

export function createAnswers(config: Config, options: AnswerOptions): AnswerCache {
  const random = options.random ?? Math.random
  return new AnswerCache({
    limits: limitsOf(config),
    random,
    auditDelayMs: options.auditDelayMs ?? (() => 2000 + random() * 8000),
  })
}

export function limitsOf({ cache }: Config): StoreLimits {
  return { bytesMax: cache.size, quota: cache.quota, usdPerSecond: cache.usdPerSecond }
}

/** One for each endpoint, model and size, whichever routes use it; those of the same stay over a reload. */
export function embeddersFor(
  snapshot: Snapshot,
  { pools, nowMs, known }: { pools: Pools; nowMs: () => number; known: Map<string, Embedder> },
): ReadonlyMap<string, Embedder> {
  const byRoute = new Map<string, Embedder>()
  const inUse = new Map<string, Embedder>()
  for (const [name, { cache }] of snapshot.routes) {
    const settings = cache?.lifeMs.semantic === 0 ? undefined : cache?.embeddings
    const provider = settings === undefined ? undefined : snapshot.providers.get(settings.provider)
    if (settings === undefined || provider === undefined) continue
    const key = JSON.stringify([settings, provider.settings.baseUrl])
    const embedder =
      known.get(key) ??
      inUse.get(key) ??
      new Embedder(settings, postEmbeddings(provider, { pools, nowMs, model: settings.model }))
    inUse.set(key, embedder)
    byRoute.set(name, embedder)
  }
  known.clear()
  for (const [key, embedder] of inUse) known.set(key, embedder)
  return byRoute
}

/** Thresholds and shares are each worker's own: added up they would mean nothing. */
export function answerGauges(answers: AnswerCache, worker: number): Gauge[] {
  const { store, audits, errands, flights } = answers
  return [
    plain('sidelight_cache_entries', 'gauge', 'Answers that are kept.', store.size),
    plain('sidelight_cache_bytes', 'gauge', 'Memory they take.', store.bytes),
    plain(
      'sidelight_cache_evictions_total',
      'counter',
      'Answers that made room for others.',
      store.evictions,
    ),
    plain('sidelight_cache_in_flight', 'gauge', 'Requests that equal ones may wait for.', flights.size),
    plain(
      'sidelight_cache_checks_dropped_total',
      'counter',
      'Hits that were to be checked and were not, for want of room.',
      errands.dropped,
    ),
    plain(
      'sidelight_cache_embedding_failures_total',
      'counter',
      'Calls for vectors that gave none.',
      failuresOf(answers),
    ),
    ...audits.states().flatMap(({ route, tier, tuner, share }): Gauge[] => {
      const labels = { route, tier, ...(worker === 0 ? {} : { worker: String(worker) }) }
      return [
        {
          ...plain(
            'sidelight_cache_threshold',
            'gauge',
            'Score from which a hit is served; 2 is never.',
            tuner.tau,
          ),
          labels,
        },
        {
          ...plain(
            'sidelight_cache_wrong_hits',
            'gauge',
            'Share of wrong hits among those checked.',
            share.share,
          ),
          labels,
        },
        {
          ...plain(
            'sidelight_cache_wrong_hits_upper',
            'gauge',
            'Upper end of its 95 % interval.',
            share.upper,
          ),
          labels,
        },
        {
          ...plain(
            'sidelight_cache_tier_off',
            'gauge',
            '1 while a tier is off because it answered wrongly too often.',
            tuner.isBroken && tuner.tau >= never ? 1 : 0,
          ),
          labels,
        },
      ]
    }),
    ...audits.counts().map(
      ({ value, ...labels }): Gauge => ({
        ...plain(
          'sidelight_cache_checks_total',
          'counter',
          'Answers that were compared with a fresh one, by what was found.',
          value,
        ),
        labels,
      }),
    ),
  ]
}

function plain(name: string, type: Gauge['type'], help: string, value: number): Gauge {
  return { name, type, help, value }
}

function failuresOf(answers: AnswerCache): number {
  return [...new Set(answers.embedders())].reduce((sum, { failures }) => sum + failures, 0)
}
