import { hash } from 'node:crypto'
import type { PolicyDocument, Weights } from '../../contract/policy.ts'
import type { Decision } from '../decision.ts'
import type { Estimates } from '../estimators/estimates.ts'
import { discount } from '../estimators/moments.ts'
import { decide, type HeldBackPrompt, type HeldBackRow } from '../loop.ts'
import { nurseryShare } from '../optimiser/bounds.ts'
import { documentWeights, trafficShares, weightsIn } from '../policy/weights.ts'
import { type Random, sampleWithout, seededRandom } from '../random.ts'
import { chooseForScoring } from '../scoring/choose.ts'
import { mergedInto } from '../segments.ts'
import type { LoopSettings } from '../settings.ts'
import { type DriftState, drift, keptAfterDrift } from '../watch/drift.ts'
import { playDay, type Row, type Ruling } from './day.ts'
import { factsOf } from './facts.ts'
import { createLedger, type Ledger } from './ledger.ts'
import type { Prompt, Table } from './table.ts'
import { type Change, keptOn, type Truth, truthOf, worthOf } from './truth.ts'

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
/** Of the units, those whose scores only validate. */
const heldBackShare = 0.3
const heldBackDays = 28
/** Of a golden set, what is never used for tuning. */
const goldenHeldBack = 0.2
const saltId = 's1'

interface State {
  policy: PolicyDocument | undefined
  readonly ledger: Ledger
  heldBack: (HeldBackRow & { readonly day: number })[]
  heldBackPrompts: (HeldBackPrompt & { readonly day: number })[]
  drift: DriftState
  /** Of the run before: what scores are expected to be. */
  estimates: Estimates | undefined
}

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

function goldenItems({ table, golden }: SimulationAsk, random: Random): Prompt[] {
  return Array.from(
    { length: golden },
    () => table.prompts[Math.floor(random() * table.prompts.length)] as Prompt,
  )
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

interface Score {
  readonly segment: string
  readonly candidate: number
  readonly score: number
}

function collectDay(
  asked: SimulationAsk,
  of: {
    readonly state: State
    readonly random: Random
    readonly day: number
    readonly ruling: Ruling
    readonly kept: readonly number[]
    readonly rows: readonly Row[]
  },
): Score[] {
  const { settings } = asked
  const { state, random, day, kept, rows, ruling } = of
  const { ledger } = state
  for (const { segment, candidate, prompt } of rows) {
    const id = settings.candidates[candidate] ?? ''
    ledger.countRequest(segment)
    ledger.add(segment, id, 'cost', prompt.costUsd[candidate] ?? 0)
    ledger.add(segment, id, 'delivered', 1)
  }
  const others = settings.candidates.length - 1
  const shadows =
    others === 0 ? 0 : Math.floor(Math.min(asked.shadow * rows.length, settings.scores / others))
  const shadowed = sampleWithout(random, shadows, rows.length).map((index) => (rows[index] as Row).prompt)
  addPairs(state, shadowed, {
    day,
    heldBack: heldBackShare,
    settings,
    kept,
    random,
    segmentOf: ruling.segmentOf,
  })
  const scores: Score[] = []
  for (const { row, inclusion } of chosenOf(rows, settings.scores - shadows * others)) {
    const { segment, candidate, propensity, unit } = row
    const score = scoreOf(row.prompt, candidate, { kept, random })
    scores.push({ segment, candidate, score })
    const id = settings.candidates[candidate] ?? ''
    const place = unitPlace(unit)
    if (place < heldBackShare)
      state.heldBack.push({
        day,
        segment,
        candidate: id,
        score,
        propensity,
        inclusion,
        unit: place / heldBackShare,
      })
    else ledger.add(segment, id, 'live', score)
  }
  const isRecent = (row: { readonly day: number }) => day - row.day < heldBackDays
  state.heldBack = state.heldBack.filter(isRecent)
  state.heldBackPrompts = state.heldBackPrompts.filter(isRecent)
  return scores
}

function chosenOf(
  rows: readonly Row[],
  budget: number,
): readonly { readonly row: Row; readonly inclusion: number }[] {
  const cells = new Map<string, Row[]>()
  for (const row of rows) {
    const key = `${row.candidate} ${row.segment}`
    const cell = cells.get(key)
    if (cell === undefined) cells.set(key, [row])
    else cell.push(row)
  }
  return chooseForScoring([...cells.values()], budget, ({ drawU }) => (drawU * 1e6) % 1).flat()
}

/** In [0, 1), by the unit alone: a user's requests are all on one side. */
function unitPlace(unit: string): number {
  return hash('sha256', unit, 'buffer').readUInt32BE(0) / 2 ** 32
}

function scoreOf(prompt: Prompt, candidate: number, of: { kept: readonly number[]; random: Random }): number {
  const kept = of.kept[candidate] ?? 1
  const score = prompt.quality[candidate] ?? 0
  return kept < 1 && of.random() >= kept ? 0 : score
}

function addPairs(
  { ledger, heldBackPrompts }: State,
  prompts: readonly Prompt[],
  of: {
    readonly day: number
    readonly heldBack: number
    readonly settings: LoopSettings
    readonly kept: readonly number[]
    readonly random: Random
    segmentOf(segment: string): string
  },
): void {
  const { candidates, baseline } = of.settings
  const base = candidates.indexOf(baseline)
  for (const prompt of prompts) {
    const segment = of.segmentOf(prompt.segment)
    const expected = scoreOf(prompt, base, of)
    const pairs = candidates.map((candidate, a): readonly [string, number] => {
      ledger.add(segment, candidate, 'cost', prompt.costUsd[a] ?? 0)
      return [candidate, a === base ? 0 : scoreOf(prompt, a, of) - expected]
    })
    if (of.random() < of.heldBack)
      heldBackPrompts.push({ day: of.day, segment, differences: Object.fromEntries(pairs) })
    else
      for (const [candidate, value] of pairs)
        if (candidate !== baseline) ledger.add(segment, candidate, 'paired', value)
  }
}

function watchDrift(settings: LoopSettings, state: State, scores: readonly Score[]): readonly string[] {
  const { estimates, policy } = state
  const { candidates } = settings
  const place = new Map(estimates?.segments.map((segment, s) => [segment, s]))
  const named = scores.map((score) => ({ ...score, candidate: candidates[score.candidate] ?? '' }))
  const seen = drift(state.drift, named, (segment, candidate) => {
    const a = candidates.indexOf(candidate)
    const s = place.get(mergedInto(policy?.merge ?? {}, segment))
    const isKnown = (estimates?.count.reduce((sum, row) => sum + (row[a] ?? 0), 0) ?? 0) >= leastForDrift
    return s === undefined || !isKnown ? undefined : estimates?.quality[s]?.[a]
  })
  state.drift = seen.state
  for (const candidate of seen.alarms) {
    state.ledger.forget(candidate, keptAfterDrift)
    state.heldBack = state.heldBack.filter((row) => row.candidate !== candidate)
    state.heldBackPrompts = state.heldBackPrompts.map((row) => without(row, candidate))
  }
  return seen.alarms
}

function without<Row extends HeldBackPrompt>(row: Row, candidate: string): Row {
  const { [candidate]: _gone, ...differences } = row.differences
  return { ...row, differences }
}

/** Scores of a candidate before anybody can say what to expect of it. */
const leastForDrift = 40
