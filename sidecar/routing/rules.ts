import type { Candidate, Route, RouteRule } from './route.ts'

/** What rules look at. */
export interface RuleFacts {
  readonly hints: {
    readonly customer: string
    readonly feature: string
    readonly promptName: string
    readonly tier: string
    readonly tags: Readonly<Record<string, string>>
  }
  readonly snapshot: {
    readonly config: {
      readonly identity: { readonly app: string; readonly team: string; readonly env: string }
    }
  }
  readonly callerKey:
    | {
        readonly app: string | undefined
        readonly team: string | undefined
        readonly tier: string | undefined
      }
    | undefined
  readonly dialectName: string
  readonly operation: string
  readonly estimatedInputTokens: number
  readonly streamed: boolean
  readonly body: { has(key: string): boolean } | undefined
}

/** The first rule that matches narrows the candidates to those it names. */
export function applyRules(
  route: Route,
  eligible: readonly Candidate[],
  facts: RuleFacts,
): { eligible: readonly Candidate[]; excluded?: Readonly<Record<string, string>> } {
  const rule = route.rules.find((candidate) => matches(candidate, facts))
  if (rule === undefined) return { eligible }
  const kept = eligible.filter((candidate) => rule.use.includes(candidate.id))
  if (kept.length === 0 && rule.ifNone === 'ignore') return { eligible }
  const left = eligible.filter((candidate) => !kept.includes(candidate))
  return { eligible: kept, excluded: Object.fromEntries(left.map((candidate) => [candidate.id, 'rule'])) }
}

type Test = (expected: unknown, facts: RuleFacts) => boolean

const tests: Readonly<Record<string, Test>> = {
  customerTier: (expected, facts) => (facts.hints.tier || facts.callerKey?.tier) === expected,
  customer: (expected, facts) => facts.hints.customer === expected,
  app: (expected, facts) => (facts.callerKey?.app ?? facts.snapshot.config.identity.app) === expected,
  team: (expected, facts) => (facts.callerKey?.team ?? facts.snapshot.config.identity.team) === expected,
  env: (expected, facts) => facts.snapshot.config.identity.env === expected,
  feature: (expected, facts) => facts.hints.feature === expected,
  prompt: (expected, facts) => facts.hints.promptName === expected,
  tags: (expected, facts) =>
    Object.entries(expected as Record<string, string>).every(
      ([key, value]) => facts.hints.tags[key] === value,
    ),
  dialect: (expected, facts) => facts.dialectName === expected,
  endpoint: (expected, facts) => facts.operation === expected,
  inputTokensOver: (expected, facts) => facts.estimatedInputTokens > Number(expected),
  inputTokensUnder: (expected, facts) => facts.estimatedInputTokens < Number(expected),
  streamed: (expected, facts) => facts.streamed === expected,
  hasTools: (expected, facts) => (facts.body?.has('tools') ?? false) === expected,
  hasSchema: (expected, facts) =>
    ['response_format', 'output_config', 'text'].some((key) => facts.body?.has(key)) === expected,
}

/** Conditions this version can't judge (language, complexity, turns) never match: the rule is passed over. */
function matches(rule: RouteRule, facts: RuleFacts): boolean {
  return Object.entries(rule.when).every(
    ([key, expected]) => expected === undefined || tests[key]?.(expected, facts) === true,
  )
}
