import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exactRows } from '../bench/evals/exact.ts'
import { quietRows, unprovable } from '../bench/evals/quiet.ts'
import type { EvalRow } from '../bench/evals/row.ts'
import { savingsRows } from '../bench/evals/savings.ts'
import { gapRows, staticRows } from '../bench/evals/static.ts'
import { canaryRows, driftRows } from '../bench/evals/watching.ts'

const seeds = 4

/** With fewer seeds than the bench; what it says of all of them is `npm run bench:evals`. */
function holds(rows: readonly EvalRow[]): void {
  for (const { figure, goal, value, isMet } of rows) assert.ok(isMet, `${figure}: ${value}, goal ${goal}`)
}

test('savings keep the floor and reach their goals', () => holds(savingsRows(seeds)))
test('a table learnt from half of it', () => holds([...staticRows(8), ...gapRows(20)]))
test('nothing happens where nothing is to be found', () =>
  holds(quietRows(seeds).filter(({ figure }) => figure !== unprovable)))
test('canaries', () => holds(canaryRows(1000)))
test('drift', () => holds(driftRows(seeds)))
test('the solver against every corner', () => holds(exactRows()))
