/**
 * What the eval loop is held to, on recorded outcomes: `npm run bench:evals -- [--seeds 20] [--only savings,drift]`.
 * Every figure but the last group's milliseconds is the same on every machine.
 */
import { parseArgs } from 'node:util'
import { exactRows } from './evals/exact.ts'
import { judgeRows } from './evals/judging.ts'
import { integrityRows, quietRows } from './evals/quiet.ts'
import type { EvalRow } from './evals/row.ts'
import { savingsRows } from './evals/savings.ts'
import { gapRows, staticRows } from './evals/static.ts'
import { canaryRows, driftRows } from './evals/watching.ts'

const { values } = parseArgs({
  options: { seeds: { type: 'string', default: '20' }, only: { type: 'string' } },
})
const seeds = Number(values.seeds)
const groups: Readonly<Record<string, () => readonly EvalRow[]>> = {
  savings: () => savingsRows(seeds),
  static: () => staticRows(Math.ceil(1.5 * seeds)),
  gap: () => gapRows(2 * seeds),
  quiet: () => quietRows(seeds),
  integrity: () => integrityRows(10 * seeds),
  canary: () => canaryRows(50 * seeds),
  drift: () => driftRows(seeds),
  judge: judgeRows,
  exact: exactRows,
}
const names = values.only?.split(',') ?? Object.keys(groups)
process.stdout.write('| figure | goal | value | met |\n|---|---|---|---|\n')
for (const name of names)
  for (const { figure, goal, value, isMet } of groups[name]?.() ?? [])
    process.stdout.write(`| ${figure} | ${goal} | ${value} | ${isMet ? 'yes' : 'no'} |\n`)
