/**
 * node bench/warehouse-endpoint.bench.ts [--exits 10]
 *
 * What the embedded warehouse costs: a round trip, the session of its own that each request has, a process
 * that nobody asks, one that is fed, and whether it ends cleanly. Linux only: figures come from /proc.
 */
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startTestWarehouse, type TestWarehouse } from '../testing/warehouse.ts'

const { values: args } = parseArgs({ options: { exits: { type: 'string', default: '10' } } })
/** Of Linux on every machine Node.js runs on. */
const ticksPerSecond = 100

interface Line {
  readonly name: string
  readonly value: string
  readonly goal: string
}

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN

async function timed(count: number, run: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let index = -20; index < count; index += 1) {
    const startMs = performance.now()
    await run()
    if (index >= 0) times.push(performance.now() - startMs)
  }
  return median(times)
}

function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

function memoryMb(pid: number, field: 'RssAnon' | 'VmRSS'): number {
  const line = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(line?.[1]) / 1024
}

async function roundTrips(warehouse: TestWarehouse): Promise<Line[]> {
  const reader = warehouse.client('default')
  const select = await timed(300, async () => {
    await (await reader.query({ query: 'SELECT 1', format: 'JSONEachRow' })).json()
  })
  const ping = await timed(300, async () => (await fetch(`${warehouse.url}/ping`)).text())
  return [
    { name: 'SELECT 1 by the official client, p50', value: `${select.toFixed(2)} ms`, goal: '≤ 8 ms' },
    { name: 'ping (a session and SELECT 1 in the engine), p50', value: `${ping.toFixed(2)} ms`, goal: '' },
  ]
}

/** The engine in this process would stay in it: the child measures itself. */
async function sessionCost(): Promise<Line> {
  const { spawnProcess, nodeCommand } = await import('../testing/spawn.ts')
  const { tempDir } = await import('../testing/temp-dir.ts')
  await using folder = await tempDir()
  const script = `
    import { openEngine } from ${JSON.stringify(new URL('../ingest/embedded/engine.ts', import.meta.url).href)}
    const engine = openEngine(${JSON.stringify(folder.path)}, [])
    const times = []
    for (let index = 0; index < 500; index += 1) {
      const startMs = performance.now()
      await engine.open().close()
      times.push(performance.now() - startMs)
    }
    process.stdout.write('cost ' + times.sort((a, b) => a - b)[250].toFixed(3) + '\\n')
    engine.close()`
  await using run = spawnProcess([nodeCommand, '--input-type=module-typescript', '-e', script])
  const [, cost] = await run.waitFor(/cost (\S+)/, 30_000)
  await run.exit
  return { name: 'opening and closing a session, p50', value: `${cost} ms`, goal: '≤ 1 ms' }
}

async function idle(warehouse: TestWarehouse): Promise<Line[]> {
  const { pid } = warehouse.process
  await sleep(2000)
  const before = cpuSeconds(pid)
  const startMs = performance.now()
  await sleep(10_000)
  const share = ((cpuSeconds(pid) - before) * 1000 * 100) / (performance.now() - startMs)
  return [
    { name: 'CPU of a process that nobody asks, of one core', value: `${share.toFixed(1)} %`, goal: '≤ 2 %' },
    { name: 'anonymous memory of it', value: `${memoryMb(pid, 'RssAnon').toFixed(0)} MB`, goal: '' },
  ]
}

/** 1,000 rows a second for ten seconds, as a shipper sends them. */
async function fed(warehouse: TestWarehouse): Promise<Line[]> {
  const { pid } = warehouse.process
  await warehouse.client('admin').command({
    query: `CREATE TABLE fed (ts DateTime64(3), customer LowCardinality(String), tokens UInt32, note String)
            ENGINE = MergeTree ORDER BY (customer, ts)`,
  })
  const writer = warehouse.client('writer')
  let most = 0
  for (let second = 0; second < 10; second += 1) {
    const startMs = performance.now()
    const values = Array.from({ length: 1000 }, (_, index) => [
      Date.now(),
      `customer-${index % 50}`,
      index,
      'x'.repeat(200),
    ])
    await writer.insert({ table: 'fed', values, format: 'JSONCompactEachRow' })
    most = Math.max(most, memoryMb(pid, 'RssAnon'))
    await sleep(Math.max(0, 1000 - (performance.now() - startMs)))
  }
  return [
    { name: 'anonymous memory at 1,000 rows a second', value: `${most.toFixed(0)} MB`, goal: '≤ 450 MB' },
  ]
}

async function exits(count: number): Promise<Line> {
  let clean = 0
  for (let round = 0; round < count; round += 1) {
    const warehouse = await startTestWarehouse()
    const asked = fetch(warehouse.url, { method: 'POST', body: 'SELECT sum(number) FROM numbers(100000000)' })
    await sleep(round * 10)
    warehouse.process.signal('SIGTERM')
    await asked.then((response) => response.text()).catch(() => {})
    const { code } = await warehouse.process.exit
    if (code === 0) clean += 1
    await warehouse[Symbol.asyncDispose]()
  }
  return { name: 'exits with 0 after a signal under load', value: `${clean} of ${count}`, goal: 'all' }
}

const lines: Line[] = []
{
  await using warehouse = await startTestWarehouse()
  lines.push(...(await roundTrips(warehouse)), ...(await idle(warehouse)), ...(await fed(warehouse)))
}
lines.push(await sessionCost(), await exits(Number(args.exits)))
for (const { name, value, goal } of lines) console.log(`${name.padEnd(52)} ${value.padStart(10)}   ${goal}`)
