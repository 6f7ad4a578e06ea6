import type { SimulatedDay } from '../../evals/simulate/simulate.ts'
import { mmlu, mmluPro, type NamedTable, played, type SimulationOptions } from '../../testing/evals.ts'
import { atLeast, atMost, type EvalRow, mean, share } from './row.ts'

interface Case {
  readonly label: string
  readonly table: NamedTable
  readonly maxLoss: number
  readonly segmentLoss: number
  readonly start?: Pick<SimulationOptions, 'golden' | 'shadow'>
  readonly goal?: number
  readonly dayGoal?: number
}

/** Cost after four weeks, and days on which the true quality was under the floor. */
export function savingsRows(seeds: number): EvalRow[] {
  const pro = mmluPro()
  const two = mmlu()
  const rows: EvalRow[] = []
  const day7 = new Map<string, number>()
  const cases: readonly Case[] = [
    { label: 'MMLU-Pro, cold', table: pro, maxLoss: 0.05, segmentLoss: 0.06, goal: 0.62 },
    { label: 'MMLU-Pro, cold', table: pro, maxLoss: 0.05, segmentLoss: 0.1, goal: 0.45 },
    { label: 'MMLU-Pro, cold', table: pro, maxLoss: 0.02, segmentLoss: 0.06, goal: 0.75 },
    { label: 'MMLU, cold', table: two, maxLoss: 0.05, segmentLoss: 0.06, goal: 0.78 },
    { label: 'MMLU, cold', table: two, maxLoss: 0.05, segmentLoss: 0.1 },
    { label: 'MMLU, cold', table: two, maxLoss: 0.02, segmentLoss: 0.06, goal: 0.93 },
    {
      label: 'MMLU-Pro, golden 300',
      table: pro,
      maxLoss: 0.05,
      segmentLoss: 0.1,
      start: { golden: 300 },
      goal: 0.46,
    },
    {
      label: 'MMLU, golden 300',
      table: two,
      maxLoss: 0.05,
      segmentLoss: 0.1,
      start: { golden: 300 },
      goal: 0.71,
    },
    {
      label: 'MMLU-Pro, golden 300',
      table: pro,
      maxLoss: 0.05,
      segmentLoss: 0.06,
      start: { golden: 300 },
      dayGoal: 0.65,
    },
    { label: 'MMLU-Pro, shadow', table: pro, maxLoss: 0.02, segmentLoss: 0.06, start: { shadow: 0.05 } },
    { label: 'MMLU, shadow', table: two, maxLoss: 0.02, segmentLoss: 0.06, start: { shadow: 0.05 } },
  ]
  for (const one of cases) {
    const { label, table, maxLoss, segmentLoss } = one
    const runs = Array.from({ length: seeds }, (_, index) =>
      played(table, { seed: index + 1, ...one.start, settings: { maxLoss, segmentLoss } }),
    )
    const name = `${label}, floor ${maxLoss}, segments ${segmentLoss}`
    day7.set(`${label} ${maxLoss}`, mean(runs.map((run) => run[7]?.costShare ?? 1)))
    rows.push(...costRows(name, runs, one), ...floorRows(name, runs, one))
  }
  const dayOf = (label: string) => day7.get(`${label} 0.02`) ?? 1
  rows.push(
    atLeast(
      'MMLU-Pro, day 7: how much cheaper with shadows',
      0.15,
      dayOf('MMLU-Pro, cold') - dayOf('MMLU-Pro, shadow'),
    ),
    atMost('MMLU, day 7: how much dearer with shadows', 0.02, dayOf('MMLU, shadow') - dayOf('MMLU, cold')),
  )
  return rows
}

function costRows(
  name: string,
  runs: readonly (readonly SimulatedDay[])[],
  { goal, dayGoal }: Case,
): EvalRow[] {
  const cost = (day: number) => mean(runs.map((run) => run[day]?.costShare ?? 1))
  return [
    ...(goal === undefined ? [] : [atMost(`${name}: cost on day 27`, goal, cost(27))]),
    ...(dayGoal === undefined ? [] : [atMost(`${name}: cost on day 7`, dayGoal, cost(7))]),
  ]
}

function floorRows(
  name: string,
  runs: readonly (readonly SimulatedDay[])[],
  { maxLoss, start }: Case,
): EvalRow[] {
  const days = runs.flatMap((run) => run.filter(({ day }) => day > 7))
  const under = (points: number) => share(days, ({ qualityLoss }) => qualityLoss > maxLoss + points)
  const last = mean(runs.map((run) => run.at(-1)?.qualityLoss ?? 0))
  return [
    atMost(`${name}: days half a point under the floor`, start === undefined ? 0.02 : 0.05, under(0.005)),
    atMost(`${name}: days one point under the floor`, start === undefined ? 0.005 : 0.015, under(0.01)),
    atMost(`${name}: mean loss on day 27`, maxLoss, last, 4),
  ]
}
