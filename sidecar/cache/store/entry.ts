import type { Analysis } from '../analysis/analysis.ts'

/** What is kept of an answer, and of the request it was given to. */
export interface EntryContent {
  readonly id: string
  readonly exact: string
  readonly compat: string
  /** Whose it counts as: one customer, or one caller without any, can't fill the cache. */
  readonly owner: string
  readonly customer: string
  readonly route: string
  readonly tags: Readonly<Record<string, string>>
  readonly model: string
  readonly provider: string
  /** Beginning of the last user text, masked: what a purge by prefix looks at. */
  readonly head: string
  /** Undefined where likeness is never asked for. */
  readonly analysis: Analysis | undefined
  readonly roots: readonly string[]
  /** The answer, masked, as its events in JSON. */
  readonly answer: Buffer
  readonly createdMs: number
  readonly costUsd: string | null
  /** How long the provider took, and until its first content. */
  readonly tookMs: number
  /** Life by tier; 0: that tier does not answer from it. */
  readonly life: Life
  /** How long after its life it may still be served while a fresh one is fetched, or when there is none. */
  readonly graceMs: Grace
}

export interface Life {
  readonly exact: number
  readonly lexical: number
  readonly semantic: number
}

export interface Grace {
  readonly revalidate: number
  readonly error: number
}

export interface Entry extends Omit<EntryContent, 'costUsd'> {
  readonly analysis: Analysis | undefined
  readonly bytes: number
  costUsd: string | null
  hits: number
  priority: number
  isGone: boolean
  /** Of its vector among those of its scope; -1 without one. */
  vectorAt: number
  vectorKey: string
  /** Customers who asked it themselves, and how often an answer of their own agreed with it. */
  askedBy: Set<string> | undefined
  confirmed: number
  seenBy: number
  weight: number
}

export type Freshness = 'fresh' | 'stale' | 'old'

export function ageMs(entry: Pick<EntryContent, 'createdMs'>, nowMs: number): number {
  return Math.max(0, nowMs - entry.createdMs)
}

/** `stale` only within the time after its life that the route allows. */
export function freshnessOf(
  entry: Pick<EntryContent, 'createdMs' | 'life'>,
  tier: keyof Life,
  at: { nowMs: number; graceMs: number },
): Freshness {
  const life = entry.life[tier]
  const age = ageMs(entry, at.nowMs)
  if (life === 0) return 'old'
  if (age < life) return 'fresh'
  return age < life + at.graceMs ? 'stale' : 'old'
}

/** Ten per cent either way, so that what came together does not go together. */
export function jittered(lifeMs: number, random: number): number {
  return Math.round(lifeMs * (0.9 + random * 0.2))
}

/** An object with its fields and strings, beside the answer itself; measured with 100,000 entries. */
const entryBytes = 700
/** A vector of usual size, where there will be one. */
const vectorBytes = 1600

export function bytesOf(content: EntryContent): number {
  const { analysis } = content
  const texts =
    content.head.length +
    (analysis === undefined ? 0 : analysis.text.length + analysis.key.length + analysis.sequence.length)
  return (
    entryBytes +
    (content.life.semantic > 0 ? vectorBytes : 0) +
    texts +
    content.answer.length +
    (analysis === undefined ? 0 : 16 * analysis.content.length)
  )
}
