import { createHmac } from 'node:crypto'
import type { GuardConfig } from '../../contract/config/guard.ts'
import { createScorer, type Scorer } from './scorer.ts'

export type InjectionAction = GuardConfig['injection']

/** What one route does about prompt injection. */
export interface GuardPolicy {
  readonly injection: InjectionAction
  readonly threshold: number
  readonly stripsInvisible: boolean
  readonly wrapsToolResults: boolean
  /** Stands in the system prompt, and nowhere in an answer. */
  readonly canary: string | undefined
  readonly classifier: GuardConfig['classifier']
  readonly scorer: Scorer
  /** Makes marks that nobody can guess. */
  readonly key: Buffer
}

export interface GuardPolicies {
  /** Of a route, with `guard` of its own or without. */
  readonly of: (own: GuardConfig | undefined, route: string) => GuardPolicy | undefined
  /** Of whoever names no route. */
  readonly strictest: GuardPolicy | undefined
}

interface Stated {
  readonly guard?: GuardConfig | undefined
  readonly routes: Readonly<Record<string, { readonly guard?: GuardConfig | undefined }>>
}

const byStrictness = ['off', 'tag', 'strip', 'block'] as const

/** Routes without `guard` have that of the whole configuration, if there is one. */
export function guardPolicies(config: Stated, key: Buffer): GuardPolicies {
  let scorer: Scorer | undefined
  const read = (stated: GuardConfig, route: string): GuardPolicy => {
    scorer ??= createScorer()
    return {
      injection: stated.injection,
      threshold: stated.threshold,
      stripsInvisible: stated.stripInvisible,
      wrapsToolResults: stated.wrapToolResults,
      canary: stated.canary ? canaryOf(key, route) : undefined,
      classifier: stated.classifier,
      scorer,
      key,
    }
  }
  const stated = [config.guard, ...Object.values(config.routes).map(({ guard }) => guard ?? config.guard)]
  const all = stated.filter((guard) => guard !== undefined)
  return {
    of: (own, route) => {
      const guard = own ?? config.guard
      return guard === undefined || isIdle(guard) ? undefined : read(guard, route)
    },
    strictest: all.every(isIdle) ? undefined : read(all.reduce(both), ''),
  }
}

function isIdle({ injection, canary, wrapToolResults }: GuardConfig): boolean {
  return injection === 'off' && !canary && !wrapToolResults
}

function both(a: GuardConfig, b: GuardConfig): GuardConfig {
  const isStricter = byStrictness.indexOf(b.injection) > byStrictness.indexOf(a.injection)
  return {
    injection: isStricter ? b.injection : a.injection,
    threshold: Math.min(a.threshold, b.threshold),
    stripInvisible: a.stripInvisible || b.stripInvisible,
    wrapToolResults: a.wrapToolResults || b.wrapToolResults,
    canary: a.canary || b.canary,
    classifier: isStricter ? (b.classifier ?? a.classifier) : (a.classifier ?? b.classifier),
  }
}

/** The same as long as the process lives, so that providers' prompt caches keep working. */
function canaryOf(key: Buffer, route: string): string {
  return `SL${createHmac('sha256', key).update(`canary\0${route}`).digest('hex').slice(0, 20)}`
}
