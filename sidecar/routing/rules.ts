import type { ComplexityLevel } from '../prompt/complexity.ts'
import type { Facts } from './facts.ts'
import type { Candidate, Route, RouteRule } from './route.ts'

/** What a rule may ask besides the request's own facts. */
export interface RuleSight {
  readonly facts: Facts
  /** As this route's traffic goes. */
  readonly complexity: () => ComplexityLevel
}

export interface Ruled {
  readonly eligible: readonly Candidate[]
  readonly excluded?: Readonly<Record<string, string>>
  /** Which one narrowed, counted from 1. */
  readonly rule?: number
}

/** The first rule that matches narrows the candidates to those it names. */
export function applyRules(route: Route, eligible: readonly Candidate[], sight: RuleSight): Ruled {
  const at = route.rules.findIndex((rule) => matches(rule, sight))
  const rule = route.rules[at]
  if (rule === undefined) return { eligible }
  const kept = eligible.filter((candidate) => rule.use.includes(candidate.id))
  if (kept.length === 0 && rule.ifNone === 'ignore') return { eligible }
  const left = eligible.filter((candidate) => !kept.includes(candidate))
  const excluded = Object.fromEntries(left.map((candidate) => [candidate.id, 'rule']))
  return { eligible: kept, excluded, rule: at + 1 }
}

type Test = (expected: unknown, sight: RuleSight) => boolean

const tests: Readonly<Record<string, Test>> = {
  customerTier: (expected, { facts }) => facts.given.tier === expected,
  customer: (expected, { facts }) => facts.given.customer === expected,
  app: (expected, { facts }) => facts.given.app === expected,
  team: (expected, { facts }) => facts.given.team === expected,
  env: (expected, { facts }) => facts.given.env === expected,
  feature: (expected, { facts }) => facts.given.feature === expected,
  // A template in all its versions, or one of them.
  prompt: (expected, { facts: { given } }) =>
    given.prompt === expected || `${given.prompt}@${given.promptVersion}` === expected,
  tags: (expected, { facts }) =>
    Object.entries(expected as Record<string, string>).every(
      ([key, value]) => Object.hasOwn(facts.given.tags, key) && facts.given.tags[key] === value,
    ),
  dialect: (expected, { facts }) => facts.given.dialect === expected,
  endpoint: (expected, { facts }) => facts.given.operation === expected,
  language: (expected, { facts }) => facts.language === expected,
  inputTokensOver: (expected, { facts }) => facts.given.inputTokens > Number(expected),
  inputTokensUnder: (expected, { facts }) => facts.given.inputTokens < Number(expected),
  complexity: (expected, { complexity }) => complexity() === expected,
  streamed: (expected, { facts }) => facts.given.streamed === expected,
  hasTools: (expected, { facts }) => facts.hasTools === expected,
  hasImages: (expected, { facts }) => facts.needs.has('vision') === expected,
  hasSchema: (expected, { facts }) => facts.hasSchema === expected,
  turnsOver: (expected, { facts }) => facts.userTurns > Number(expected),
  time: (expected, { facts }) => isWithin(String(expected), facts.given.atMs),
  days: (expected, { facts }) => (expected as string[]).includes(dayOf(facts.given.atMs)),
}

function matches(rule: RouteRule, sight: RuleSight): boolean {
  return Object.entries(rule.when).every(
    ([key, expected]) => expected === undefined || tests[key]?.(expected, sight) === true,
  )
}

const dayMs = 86_400_000
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const

function dayOf(atMs: number): string {
  return weekdays[new Date(atMs).getUTCDay()] ?? ''
}

/** `22:00-06:00` in UTC, the end exclusive, over midnight where the end is smaller. */
function isWithin(window: string, atMs: number): boolean {
  const [start = 0, end = 0] = window.split('-').map(clockMs)
  const clock = ((atMs % dayMs) + dayMs) % dayMs
  return start <= end ? clock >= start && clock < end : clock >= start || clock < end
}

function clockMs(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number)
  return (hours * 60 + minutes) * 60_000
}
