import { routeName } from './cast.ts'

/** What providers go through in the history, as shares of its span. */
export interface Spell {
  readonly from: number
  readonly until: number
  readonly models: readonly string[]
  /** For the simulated provider. */
  readonly settings: string
}

export const spells: readonly Spell[] = [
  // One provider is down: everything it would have answered is answered by others.
  {
    from: 0.3,
    until: 0.37,
    models: ['claude-sonnet-5-5', 'claude-opus-5-5', 'claude-haiku-5-5'],
    settings: 'status=503; share=97%',
  },
  // Another one says that it is asked too much.
  {
    from: 0.55,
    until: 0.64,
    models: ['gpt-5.4-mini', 'gpt-5.4', 'gpt-6-sol', 'text-embedding-3-large'],
    settings: 'refuse=rate; retry-after=1; share=90%',
  },
  // A third one is slow.
  { from: 0.86, until: 0.91, models: ['gemini-3.8-flash'], settings: 'first=1100ms; spread=0.6' },
]

export interface PolicyChange {
  readonly at: number
  readonly route: string
  readonly weights: Readonly<Record<string, number>>
  readonly reason: string
}

export const policyChanges: readonly PolicyChange[] = [
  {
    at: 0.48,
    route: routeName('support'),
    weights: { strong: 0.2, cheap: 0.8 },
    reason: 'demo: more of the conversations to the cheaper model',
  },
  {
    at: 0.65,
    route: routeName('search'),
    weights: { mini: 0.35, flash: 0.65 },
    reason: 'demo: away from the provider that limits the rate',
  },
]

export const budgets = [
  { scope: 'team', key: 'support', limitUsd: '40' },
  { scope: 'team', key: 'legal', limitUsd: '8' },
  { scope: 'team', key: 'platform', limitUsd: '25' },
  { scope: 'app', key: 'storefront', limitUsd: '15' },
  { scope: 'customer', key: 'Halvorsen Freight', limitUsd: '5' },
] as const
