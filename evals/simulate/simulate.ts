import type { PolicyDocument, Weights } from '../../contract/policy.ts'
import type { Decision } from '../decision.ts'
import { discount } from '../estimators/moments.ts'
import { decide } from '../loop.ts'
import { nurseryShare } from '../optimiser/bounds.ts'
import { documentWeights, trafficShares, weightsIn } from '../policy/weights.ts'
import { type Random, seededRandom } from '../random.ts'
import { mergedInto } from '../segments.ts'
import type { LoopSettings } from '../settings.ts'
import { playDay, type Ruling } from './day.ts'
import { factsOf } from './facts.ts'
import { createLedger } from './ledger.ts'
import { addPairs, collectDay, goldenHeldBack, goldenItems } from './scores.ts'
import type { State } from './state.ts'
import type { Table } from './table.ts'
import { type Change, keptOn, type Truth, truthOf, worthOf } from './truth.ts'
import { watchDrift } from './watch.ts'

export interface SimulationAsk {
  readonly table: Table
  /** Its candidates are those of the table, in its order. */
  readonly settings: LoopSettings
  readonly days: number
  readonly requests: number
  readonly seed: number
  /** Prompts that all candidates answer before the start. */
  readonly golden: number
  /** Share of the requests that all candidates answer. */
  readonly shadow: number
  readonly changes: readonly Change[]
}

/** What was in force on a day, and what the run at its end made of it. */
export interface SimulatedDay {
  readonly day: number
  /** Shares of the traffic, holdout included, by segment of the table. */
  readonly weights: Readonly<Record<string, Weights>>
  /** Expected over the whole table: cost as a share of the baseline's, quality less than the baseline's. */
  readonly costShare: number
  readonly qualityLoss: number
  readonly decision: Decision
  /** Scored requests of the day, by candidate. */
  readonly scored: readonly number[]
}

const startMs = Date.UTC(2026, 0, 1)
const dayMs = 86_400_000
const saltId = 's1'

/** Days of traffic, each followed by a run of the loop: the same code that jobs run on the warehouse. */
export function* simulate(asked: SimulationAsk): Generator<SimulatedDay> {
  const { table, settings } = asked
  const truth = truthOf(table)
  const random = seededRandom('simulate', asked.seed)
  const state: State = {
    policy: undefined,
    ledger: createLedger(),
    heldBack: [],
    heldBackPrompts: [],
    drift: {},
    estimates: undefined,
  }
  const kept = keptOn(0, asked.changes, { candidates: table.candidates, truth })
  const items = goldenItems(asked, random)
  addPairs(state, items, {
    day: 0,
    heldBack: goldenHeldBack,
    settings,
    kept,
    random,
    segmentOf: (segment) => segment,
  })
  for (let day = 0; day < asked.days; day += 1) yield playAndRun(asked, { state, truth, random, day })
}

function playAndRun(
  asked: SimulationAsk,
  of: { readonly state: State; readonly truth: Truth; readonly random: Random; readonly day: number },
): SimulatedDay {
  const { table, settings, seed } = asked
  const { state, truth, random, day } = of
  const ruling = rulingOf(settings, state.policy, `${saltId}-${seed}`)
  const kept = keptOn(day, asked.changes, { candidates: table.candidates, truth })
  const rows = playDay(table, ruling, { day, requests: asked.requests, random })
  state.ledger.age(discount(1))
  const scores = collectDay(asked, { ...of, ruling, kept, rows })
  const drifted = watchDrift(settings, state, scores)
  const nowMs = startMs + (day + 1) * dayMs
  const decision = decide({
    settings,
    evidence: state.ledger,
    standing: {
      policy: state.policy,
      configured: startWeights(settings),
      saltId: ruling.saltId,
      drifted,
      reverts: [],
    },
    integrity: factsOf(rows, {
      ruling,
      candidates: settings.candidates,
      policyVersion: state.policy?.version ?? 0,
    }),
    scorerProblem: undefined,
    heldBack: { rows: state.heldBack, prompts: state.heldBackPrompts },
    runId: `simulate-${seed}-${day}`,
    nowMs,
  })
  state.estimates = decision.estimates ?? state.estimates
  state.policy = decision.policy?.document ?? state.policy
  const mix = worthOf(truth, ruling.sharesOf, kept)
  const alone = worthOf(truth, () => settings.candidates.map((_, a) => (a === ruling.baseline ? 1 : 0)), kept)
  // What rounding leaves of a division is nothing anybody wants to read.
  const named = (segment: string) =>
    Object.fromEntries(
      ruling
        .sharesOf(segment)
        .map((share, a) => [settings.candidates[a] ?? '', Math.round(share * 1e9) / 1e9]),
    )
  return {
    day,
    weights: Object.fromEntries(truth.segments.map((segment) => [segment, named(segment)])),
    costShare: alone.costUsd > 0 ? mix.costUsd / alone.costUsd : 1,
    qualityLoss: alone.quality - mix.quality,
    decision,
    scored: settings.candidates.map((_, a) => scores.filter(({ candidate }) => candidate === a).length),
  }
}

function startWeights({ candidates, baseline }: LoopSettings): Weights {
  const share = nurseryShare(candidates.length)
  const index = candidates.indexOf(baseline)
  const shares = candidates.map((_, a) => (a === index ? 1 - share * (candidates.length - 1) : share))
  return documentWeights(shares, candidates, index)
}

function rulingOf(settings: LoopSettings, policy: PolicyDocument | undefined, salt: string): Ruling {
  const { candidates, route } = settings
  const baseline = candidates.indexOf(settings.baseline)
  const known = new Map<string, readonly number[]>()
  const sharesOf = (segment: string) => {
    const found =
      known.get(segment) ??
      trafficShares(
        policy === undefined ? startWeights(settings) : weightsIn(policy, segment),
        candidates,
        baseline,
      )
    known.set(segment, found)
    return found
  }
  return {
    saltId: salt,
    route,
    baseline,
    sharesOf,
    segmentOf: (segment) => mergedInto(policy?.merge ?? {}, segment),
  }
}
