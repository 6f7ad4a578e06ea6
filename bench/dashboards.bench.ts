/**
 * What a person waits for: every panel of every board over millions of requests, with the marks and blocks that
 * the engine keeps thrown away before each board. Panels are asked one after the other; a page asks several at once.
 *
 *   npm run bench:dashboards -- [--rows 10M] [--days 1,7,30] [--keep FOLDER]
 *
 * With --keep the folder stays, and the next run takes what is in it.
 */
import { parseArgs } from 'node:util'
import * as v from 'valibot'
import { amount } from '../contract/config/units.ts'
import { boards, panels } from '../dashboards/catalog/catalog.ts'
import type { Board, Panel } from '../dashboards/catalog/panel.ts'
import { askWithParams } from '../testing/dashboards/run-panel.ts'
import { type Engine, startEngine } from '../testing/engine.ts'
import { tempDir } from '../testing/temp-dir.ts'
import { attemptsOfRequests, fillWarehouse } from './dashboards-rows.ts'
import { type Figure, table } from './figure.ts'

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '10M' },
    days: { type: 'string', default: '1,7,30' },
    keep: { type: 'string' },
    slowest: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '3' },
  },
})
const rows = v.parse(amount, values.rows)
const dayMs = 86_400_000
const rounds = Number(values.rounds)
const group = 'dashboards'
/** A page has about so many points on its axis. */
const points = 120
const boardMsMax = 1000
const customerMsMax = 300

await using folder = await tempDir('sidelight-bench-')
await using engine = await startEngine(values.keep ?? folder.file('data'))
await fillWarehouse(engine, rows)
await attemptsOfRequests(engine)
const [newest] = await engine.rows<{ ts: number; customer: string }>(
  `SELECT toUnixTimestamp(max(ts)) * 1000 AS ts,
    (SELECT customer FROM sidelight.usage_daily GROUP BY customer ORDER BY sum(requests) DESC LIMIT 1 OFFSET 3) AS customer
  FROM sidelight.requests`,
)
const to = new Date(Number(newest?.ts) + 1000)
const figures: Figure[] = []
for (const days of values.days.split(',').map(Number)) {
  const took = new Map<string, number[]>()
  for (let round = 0; round < rounds; round += 1)
    for (const board of boards) await timeBoard(board, days, took)
  figures.push(...figuresOf(took, days))
}
process.stdout.write(`${table(figures)}\n`)

async function timeBoard(board: Board, days: number, took: Map<string, number[]>): Promise<void> {
  await engine.run('SYSTEM DROP MARK CACHE')
  await engine.run('SYSTEM DROP UNCOMPRESSED CACHE')
  let sum = 0
  for (const panel of board.rows.flatMap((row) => row.panels)) {
    const ms = await timePanel(engine, panel, days)
    sum += ms
    note(took, panel.id, ms)
  }
  note(took, board.title, sum)
}

async function timePanel(over: Engine, panel: Panel, days: number): Promise<number> {
  const startedAt = performance.now()
  await askWithParams(over, panel.sql, {
    from: new Date(to.getTime() - days * dayMs),
    to,
    stepSeconds: Math.max(panel.leastStep ?? 1, Math.ceil((days * 86_400) / points)),
    variables: { one_customer: newest?.customer ?? '' },
  })
  return performance.now() - startedAt
}

function note(took: Map<string, number[]>, name: string, ms: number): void {
  const all = took.get(name)
  if (all === undefined) took.set(name, [ms])
  else all.push(ms)
}

function figuresOf(took: ReadonlyMap<string, number[]>, days: number): Figure[] {
  const over = days === 1 ? 'a day' : `${days} days`
  const of = (name: string) => took.get(name) ?? []
  const median = (ms: readonly number[]) => ms.toSorted((a, b) => a - b)[Math.floor(ms.length / 2)] ?? 0
  const slowest = panels
    .toSorted((a, b) => median(of(b.id)) - median(of(a.id)))
    .slice(0, Number(values.slowest))
  return [
    ...boards.map(({ title }) => ({
      group,
      name: `${title}, ${over}: all panels`,
      unit: 'ms',
      goal: { most: boardMsMax },
      values: of(title),
    })),
    ...panels
      .filter(({ board }) => board === 'sidelight-customers' || board === 'sidelight-customer')
      .map(({ id }) => ({
        group,
        name: `${id}, ${over}`,
        unit: 'ms',
        goal: { most: customerMsMax },
        values: of(id),
      })),
    ...slowest.map(({ id }) => ({ group, name: `slowest: ${id}, ${over}`, unit: 'ms', values: of(id) })),
  ]
}
