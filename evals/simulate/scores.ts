import { hash } from 'node:crypto'
import { type Random, sampleWithout } from '../random.ts'
import { chooseForScoring } from '../scoring/choose.ts'
import type { LoopSettings } from '../settings.ts'
import type { Row, Ruling } from './day.ts'
import type { SimulationAsk } from './simulate.ts'
import type { State } from './state.ts'
import type { Prompt } from './table.ts'

/** Of the units, those whose scores only validate. */
const heldBackShare = 0.3
const heldBackDays = 28
/** Of a golden set, what is never used for tuning. */
export const goldenHeldBack = 0.2

export function goldenItems({ table, golden }: SimulationAsk, random: Random): Prompt[] {
  return Array.from(
    { length: golden },
    () => table.prompts[Math.floor(random() * table.prompts.length)] as Prompt,
  )
}

export interface Score {
  readonly segment: string
  readonly candidate: number
  readonly score: number
}

export function collectDay(
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

export function addPairs(
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
