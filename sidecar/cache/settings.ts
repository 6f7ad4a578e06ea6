import type { RouteConfig } from '../../contract/config/schema.ts'

export type Tier = 'exact' | 'lexical' | 'semantic'
export type Scope = NonNullable<RouteConfig['cache']>['scope']

/** The cache of one route, resolved. */
export interface RouteCache {
  /** Life by tier; 0 is off. */
  readonly lifeMs: Readonly<Record<Tier, number>>
  readonly scope: Scope
  readonly turnsMax: number
  readonly temperatureMax: number
  /** Share of wrong hits that is allowed. */
  readonly delta: number
  readonly revalidateMs: number
  readonly errorMs: number
  readonly embeddings: EmbeddingsOf | undefined
  readonly synonyms: readonly (readonly string[])[]
  readonly opposites: readonly (readonly string[])[]
  readonly auditUsdPerDay: number
  /** Milliseconds between the events of a replayed stream; 0: none. */
  readonly gapMs: number
}

export interface EmbeddingsOf {
  readonly provider: string
  readonly model: string
  readonly dimensions: number | undefined
  readonly timeoutMs: number
}

/** Undefined where every tier is off: such a route costs nothing. */
export function routeCacheOf(config: RouteConfig['cache']): RouteCache | undefined {
  if (config === undefined) return undefined
  const { embeddings } = config
  const life = (value: number | 'off') => (value === 'off' ? 0 : value)
  const lifeMs = { exact: life(config.exact), lexical: life(config.lexical), semantic: life(config.semantic) }
  if (lifeMs.exact + lifeMs.lexical + lifeMs.semantic === 0) return undefined
  return {
    lifeMs,
    scope: config.scope,
    turnsMax: config.maxTurns,
    temperatureMax: config.maxTemperature,
    delta: config.maxError,
    revalidateMs: config.staleWhileRevalidate,
    errorMs: config.staleIfError,
    embeddings: embeddings && {
      provider: embeddings.provider,
      model: embeddings.model,
      dimensions: embeddings.dimensions,
      timeoutMs: embeddings.timeout,
    },
    synonyms: config.synonyms,
    opposites: config.opposites,
    auditUsdPerDay: config.audit.usdPerDay,
    gapMs: config.pace === undefined ? 0 : 1000 / Number.parseInt(config.pace, 10),
  }
}
