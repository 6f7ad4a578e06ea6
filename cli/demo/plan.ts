import {
  type App,
  apps,
  type Customer,
  commonQuestions,
  customerWeights,
  type Feature,
  spender,
} from './cast.ts'
import { type Chance, chanceOf } from './chance.ts'

/** One request that somebody is going to make. */
export interface Errand {
  /** From the beginning of the plan. */
  readonly atMs: number
  /** Names it: what it says follows from this. */
  readonly seed: string
  readonly app: App
  readonly feature: Feature
  readonly customer: Customer
  /** '' where it stands alone. */
  readonly session: string
  readonly turn: number
  readonly version: string
  /** How its conversation begins; '' for words of its own. */
  readonly opening: string
  readonly inputTokens: number
  readonly outputTokens: number
  readonly streamed: boolean
  readonly tags: string
  readonly mishap: Mishap
  /** Whether the answer gets an opinion, and how easily its reader is pleased. */
  readonly opinion: { readonly luck: number } | undefined
}

export type Mishap = 'none' | 'leaves' | 'breaks' | 'filtered' | 'too_long' | 'unknown_model' | 'personal'

const mishaps: readonly (readonly [Mishap, number])[] = [
  ['none', 93],
  ['personal', 3.4],
  ['leaves', 1.6],
  ['breaks', 0.6],
  ['filtered', 0.5],
  ['unknown_model', 0.5],
  ['too_long', 0.3],
]

export interface PlanAsk {
  readonly seed: string
  readonly spanMs: number
  readonly perMinute: number
  /** The history has a story; the trickle goes on after its end. */
  readonly hasStory: boolean
}

/** Everything that will be asked, in the order of its time. The same ask gives the same plan. */
export function planErrands(ask: PlanAsk): readonly Errand[] {
  const chance = chanceOf(`demo ${ask.seed}`)
  const features = apps.flatMap((app) =>
    app.features.map((feature) => [{ app, feature }, feature.weight] as const),
  )
  // A conversation counts as often as it has turns.
  const turnsMean = features.reduce((sum, [{ feature }, weight]) => sum + weight * meanTurns(feature), 0)
  const perStart = turnsMean / features.reduce((sum, [, weight]) => sum + weight, 0)
  const errands: Errand[] = []
  for (let atMs = 0, count = 0; ; count += 1) {
    atMs += chance.waitMs((ask.perMinute / perStart) * wave(atMs))
    if (atMs >= ask.spanMs) break
    const what = chance.weighted(features)
    errands.push(...conversation({ ...what, ...ask, atMs, id: `${ask.seed}.${count}` }, chance))
  }
  if (ask.hasStory) errands.push(...spike(ask, chance))
  return errands
    .filter(({ atMs }) => atMs < ask.spanMs)
    .sort((a, b) => a.atMs - b.atMs || (a.seed < b.seed ? -1 : 1))
}

/** Traffic has its better and its worse quarters of an hour. */
function wave(atMs: number): number {
  return 1 + 0.3 * Math.sin(atMs / 1_100_000) + 0.12 * Math.sin(atMs / 240_000)
}

const meanTurns = ({ turns }: Feature) => (1 + turns) / 2

interface Start extends PlanAsk {
  readonly app: App
  readonly feature: Feature
  readonly atMs: number
  readonly id: string
  readonly customer?: Customer
}

function conversation(start: Start, chance: Chance): Errand[] {
  const { feature, id } = start
  const customer = start.customer ?? chance.weighted(customerWeights)
  const turns = Math.floor(chance.between(1, feature.turns + 1))
  const session = feature.turns > 1 ? `s-${id}` : ''
  const first = chance.isTrue(0.45) ? chance.pick(commonQuestions) : ''
  let atMs = start.atMs
  return Array.from({ length: turns }, (_, turn) => {
    // Reading the answer and writing the next question takes a while.
    if (turn > 0) atMs += chance.between(12_000, 75_000)
    return {
      ...errand({ ...start, atMs, customer }, chance),
      ...{ seed: `${id}.${turn}`, session, turn, opening: first },
    }
  })
}

function errand(
  start: Start & { readonly customer: Customer },
  chance: Chance,
): Omit<Errand, 'seed' | 'session' | 'turn' | 'opening'> {
  const { feature, atMs, customer, app } = start
  const isNew = !start.hasStory || atMs > start.spanMs * newVersionShare
  const streamed = chance.isTrue(feature.streamed)
  const drawn = chance.weighted(mishaps)
  return {
    atMs,
    ...{ app, feature, customer, streamed },
    version: feature.versions[isNew ? 1 : 0],
    inputTokens: Math.round(chance.between(...feature.inputTokens)),
    outputTokens: Math.round(chance.between(...feature.outputTokens)),
    tags: `channel=${chance.pick(['web', 'mobile', 'api'])},region=${chance.pick(['emea', 'amer', 'apac'])}`,
    mishap: fits(drawn, { streamed, feature }) ? drawn : 'none',
    opinion: chance.isTrue(feature.rated) ? { luck: chance.next() } : undefined,
  }
}

/** Only a stream breaks in the middle, and only people give things away. */
function fits(mishap: Mishap, { streamed, feature }: { streamed: boolean; feature: Feature }): boolean {
  if (mishap === 'leaves' || mishap === 'breaks') return streamed
  return feature.dialect !== 'embeddings'
}

/** New prompts come into use here. */
const newVersionShare = 0.45
const spikeFrom = 0.7
const spikeUntil = 0.82

/** One customer hands in all its contracts at once. */
function spike({ spanMs, ...ask }: PlanAsk, chance: Chance): Errand[] {
  const contracts = apps.find(({ name }) => name === 'contracts') as App
  const [feature] = contracts.features as readonly [Feature]
  const large: Feature = { ...feature, inputTokens: [8000, 16_000] }
  const count = Math.max(4, Math.round((ask.perMinute * spanMs * (spikeUntil - spikeFrom)) / 60_000 / 3))
  return Array.from({ length: count }, (_, index) => {
    const atMs = chance.between(spikeFrom * spanMs, spikeUntil * spanMs)
    const start = { ...ask, spanMs, app: contracts, feature: large, atMs, id: `${ask.seed}.spike` }
    return {
      ...errand({ ...start, customer: spender }, chance),
      ...{ seed: `${ask.seed}.spike.${index}`, session: '', turn: 0, opening: '' },
    }
  })
}
