/**
 * The warehouse goes away under steady load, and comes back: `node bench/outage.ts [--seconds 300] [--rate 200]`.
 *
 * Overhead is what the sidecar itself states (x-sidelight-overhead-us). Exits 1 when a caller got an error or a
 * record is missing or doubled; the ratio of overheads and the memory are figures to read.
 */
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { inconsistencies, Ledger } from '../testing/ledger.ts'

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '300' }, rate: { type: 'string', default: '200' } },
})
const awaySeconds = Number(values.seconds)
const rate = Number(values.rate)
const normalSeconds = Math.min(awaySeconds, 30)
const tickMs = 10

interface Phase {
  readonly overheadUs: number[]
  readonly ids: Set<string>
  errors: number
}

/** Requests at the given rate, whatever becomes of those before. */
async function load(ledger: Ledger, seconds: number): Promise<Phase> {
  const phase: Phase = { overheadUs: [], ids: new Set(), errors: 0 }
  const asked: Promise<void>[] = []
  const startMs = performance.now()
  for (let sent = 0; sent < seconds * rate; ) {
    const due = Math.min(seconds * rate, ((performance.now() - startMs) / 1000) * rate)
    for (; sent < due; sent += 1) asked.push(ask(ledger, phase, sent % 4 === 0))
    await sleep(tickMs)
  }
  await Promise.all(asked)
  return phase
}

async function ask(ledger: Ledger, phase: Phase, stream: boolean): Promise<void> {
  try {
    const answer = await ledger.ask({ model: 'demo', stream, messages: [{ role: 'user', content: 'hello' }] })
    await answer.text()
    if (!answer.ok) throw new Error(`status ${answer.status}`)
    phase.ids.add(answer.headers.get('x-sidelight-request-id') ?? '')
    phase.overheadUs.push(Number(answer.headers.get('x-sidelight-overhead-us')))
  } catch {
    phase.errors += 1
  }
}

function percentile(values_: readonly number[], share: number): number {
  return values_.toSorted((a, b) => a - b)[Math.floor(values_.length * share)] ?? 0
}

function rssMb(pid: number): number {
  const [, kb] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Math.round(Number(kb) / 1024)
}

function say(name: string, phase: Phase, ledger: Ledger): void {
  const { overheadUs, errors } = phase
  const [p50, p99] = [percentile(overheadUs, 0.5), percentile(overheadUs, 0.99)]
  const memory = `sidecar ${rssMb(ledger.pidOf('sidecar'))} MB, shipper ${rssMb(ledger.pidOf('ingest'))} MB`
  console.log(
    `${name.padEnd(8)} ${overheadUs.length} requests, ${errors} errors, overhead p50 ${p50} p99 ${p99} µs, ${memory}`,
  )
}

await using ledger = await Ledger.start()
await load(ledger, 5)
const normal = await load(ledger, normalSeconds)
say('normal', normal, ledger)
await ledger.kill('warehouse')
const away = await load(ledger, awaySeconds)
say('away', away, ledger)
await ledger.run('warehouse')
const backMs = performance.now()
const back = await load(ledger, Math.min(normalSeconds, 10))
say('back', back, ledger)
await ledger.stop('sidecar')
await ledger.shipped(300_000)
console.log(`caught up ${((performance.now() - backMs) / 1000).toFixed(1)} s after the warehouse was back`)

const there = new Set(
  (await ledger.rows<{ request_id: string }>('SELECT request_id FROM requests')).map((row) => row.request_id),
)
const missing = [normal, away, back].flatMap(({ ids }) => [...ids].filter((id) => !there.has(id))).length
const [figures = {}] = await ledger.rows(inconsistencies)
const wrong = Object.entries(figures).filter(([, value]) => Number(value) !== 0)
const errors = normal.errors + away.errors + back.errors
console.log(
  `p99 overhead away / normal ${(percentile(away.overheadUs, 0.99) / percentile(normal.overheadUs, 0.99)).toFixed(2)}`,
)
console.log(
  `${missing} missing, ${wrong.length === 0 ? 'nothing doubled, rollups equal' : JSON.stringify(wrong)}`,
)
if (errors + missing + wrong.length > 0) process.exitCode = 1
