/**
 * One run of the evals over many logged requests: `npm run bench:evals-run -- [--rows 10M]`. The engine works in a
 * process of its own and counts; what is measured is the whole pass, and the memory of the process that decides.
 */
import { parseArgs } from 'node:util'
import * as v from 'valibot'
import { amount } from '../contract/config/units.ts'
import { createJournal } from '../evals/jobs/journal.ts'
import type { RouteJob } from '../evals/jobs/route-job.ts'
import { runRoute } from '../evals/jobs/run-route.ts'
import type { EvalStore, Parameters } from '../evals/jobs/store.ts'
import { createPurse } from '../evals/purse.ts'
import { usualSettings } from '../evals/settings.ts'
import { migrate } from '../ingest/migrate.ts'
import { type Engine, startEngine } from '../testing/engine.ts'
import { tempDir } from '../testing/temp-dir.ts'
import { table } from './figure.ts'
import { requestsSql } from './warehouse-rows.ts'

const { values } = parseArgs({ options: { rows: { type: 'string', default: '10M' } } })
const rows = v.parse(amount, values.rows)
const chunkRows = 500_000
const dayMs = 86_400_000
const nowMs = Date.now()

await using folder = await tempDir('sidelight-bench-')
await using engine = await startEngine(folder.path)
await migrate(engine, { target: 'embedded', database: 'sidelight' })
for (let firstRow = 0; firstRow < rows; firstRow += chunkRows) await engine.run(drawnRows(firstRow))
process.stderr.write(`${rows} rows made\n`)

const startedAt = performance.now()
const cpu = process.cpuUsage()
const result = await runRoute(jobOver(engine))
const seconds = (performance.now() - startedAt) / 1000
const used = process.cpuUsage(cpu)
process.stderr.write(`exit code ${result.exitCode}: ${result.reason}\n`)
const group = 'evals run'
process.stdout.write(
  `${table([
    { group, name: `one pass over ${rows} requests`, unit: 's', goal: { most: 60 }, values: [seconds] },
    { group, name: "the job's own CPU", unit: 's', values: [(used.user + used.system) / 1e6] },
    {
      group,
      name: "memory of the job's process",
      unit: 'MiB',
      goal: { most: 1024 },
      values: [process.resourceUsage().maxRSS / 1024],
    },
  ])}\n`,
)

/** The rows of the generator as requests of one route, drawn by the very draw: the integrity checks do them again. */
function drawnRows(firstRow: number): string {
  const { columns, select } = requestsSql({
    rows: Math.min(chunkRows, rows - firstRow),
    firstRow,
    ofRows: rows,
    days: 27,
  })
  const shift = Math.round((nowMs - 27 * dayMs - Date.UTC(2026, 8, 28)) / 1000)
  const digest = "SHA256(concat('s1\\x1fsupport\\x1f', toString(id), '\\x1f0'))"
  const own: Readonly<Record<string, string>> = {
    ts: `ts - toIntervalSecond(${-shift})`,
    request_id: 'id',
    route: "'support'",
    role: "'primary'",
    policy_id: "''",
    policy_version: '0',
    policy_role: "'active'",
    candidates: "['cheap', 'middle', 'strong']",
    probabilities: '[0.3, 0.2, 0.5]',
    draw_u: 'u',
    unit_kind: "'request'",
    unit_hash: 'lower(hex(substring(SHA256(toString(id)), 1, 16)))',
    salt_id: "'s1'",
    candidate_assigned: "['cheap', 'middle', 'strong'][place]",
    propensity: '[0.3, 0.2, 0.5][place]',
    candidate_served: "['cheap', 'middle', 'strong'][place]",
    fallback_used: 'false',
    cache: "'off'",
    attempt_count: '1',
    cost_usd: 'toDecimal64(0.001, 12)',
    input_tokens: 'i.input_tokens',
  }
  const all = [...new Set([...columns, ...Object.keys(own)])]
  const expressions = all.map((name) => `${own[name] ?? `i.${name}`} AS out_${name}`)
  return `INSERT INTO sidelight.requests (${all.join(', ')}) SELECT ${expressions.join(', ')} FROM (
    SELECT *, request_id AS id,
      bitShiftRight(reinterpretAsUInt64(reverse(substring(${digest}, 1, 8))), 11) / 9007199254740992 AS u,
      multiIf(u < 0.3, 1, u < 0.5, 2, 3) AS place
    FROM (${select})) AS i`
}

function jobOver(over: Engine): RouteJob {
  const store = storeOver(over)
  const runId = 'bench'
  return {
    store,
    shelf: { newest: async () => undefined, versions: async () => [], publish: async () => {} },
    journal: createJournal({ store, runId, kind: 'run', nowMs: Date.now, isDry: false, onStage: told }),
    settings: usualSettings({
      route: 'support',
      candidates: ['cheap', 'middle', 'strong'],
      baseline: 'strong',
      maxLoss: 0.05,
      scores: 600,
    }),
    candidates: [
      { id: 'cheap', weight: 3 },
      { id: 'middle', weight: 2 },
      { id: 'strong', weight: 5 },
    ],
    candidateHashes: new Map(),
    scorer: 'gates',
    judge: undefined,
    judgeQuote: () => undefined,
    labels: [],
    golden: [],
    shadow: undefined,
    ask: async () => ({ kind: 'failed', reason: 'nobody is asked', isLasting: true }),
    purse: createPurse(0),
    priceOf: (candidate, { input = 0, output = 0 }) =>
      ((input + 4 * output) * ({ cheap: 0.1, middle: 0.5 }[candidate] ?? 1)) / 1e6,
    sign: (policy) => policy,
    runId,
    seed: 'bench',
    nowMs: Date.now(),
    sinceMs: nowMs - 30 * dayMs,
    isDry: false,
  }
}

function told(_route: string, stage: string): void {
  process.stderr.write(`${((performance.now() - startedAt) / 1000).toFixed(1)} s  ${stage}\n`)
}

function storeOver(over: Engine): EvalStore {
  return {
    async rows<Row>(query: string, parameters: Parameters = {}) {
      const texts = Object.entries(parameters).map(([name, value]) => [name, textOf(value)] as const)
      return over.rows<Row>(query, { database: 'sidelight', ...Object.fromEntries(texts) })
    },
    async insert(name, inserted) {
      if (inserted.length === 0) return
      const lines = inserted.map((row) =>
        JSON.stringify({ ...row, ts: new Date(row.ts).toISOString().slice(0, -1) }),
      )
      await over.run(`INSERT INTO sidelight.${name} FORMAT JSONEachRow\n${lines.join('\n')}`)
    },
  }
}

function textOf(value: Parameters[string]): string {
  if (typeof value !== 'object') return String(value)
  const quoted = (one: string | number) =>
    typeof one === 'number' ? String(one) : `'${one.replace(/[\\']/g, '\\$&')}'`
  return `[${value.map(quoted).join(',')}]`
}
