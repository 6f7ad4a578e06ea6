import assert from 'node:assert/strict'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from '@clickhouse/client'
import { doorOf } from '../ingest/door.ts'
import { migrate } from '../ingest/migrate.ts'
import { warehouseToken } from '../ingest/token.ts'
import { createWriter } from '../ingest/writer.ts'
import { freePort } from './free-port.ts'
import { inconsistencies } from './ledger.ts'
import { idAt } from './ledger-rows.ts'
import { type Random, seededRandom } from './random.ts'
import { randomRecord } from './random-record.ts'
import { nodeCommand, type Spawned, spawnProcess } from './spawn.ts'
import { type TempDir, tempDir } from './temp-dir.ts'
import { spawnWarehouse } from './warehouse.ts'

const main = join(import.meta.dirname, '..', 'cli', 'main.ts')
const startMs = 60_000

/** Many spools, each with a shipper that sends to one receiver, which ships to the warehouse. */
class Hop {
  readonly #folder: TempDir
  readonly #ports: { receiver: number; warehouse: number }
  readonly #processes = new Map<string, Spawned>()

  private constructor(folder: TempDir, ports: { receiver: number; warehouse: number }) {
    this.#folder = folder
    this.#ports = ports
  }

  static async start(sidecars: number): Promise<Hop> {
    const folder = await tempDir('sidelight-hop-')
    const hop = new Hop(folder, { receiver: await freePort(), warehouse: await freePort() })
    await hop.run('warehouse')
    const client = createClient({ ...(await hop.#login()), username: 'admin' })
    await migrate(doorOf(client), { target: 'embedded', database: 'sidelight' })
    await client.close()
    const { url, password } = await hop.#login()
    await hop.#configure('receiver', url.replace('://', `://writer:${password}@`))
    for (let index = 0; index < sidecars; index += 1)
      await hop.#configure(`sidecar${index}`, `ingest://127.0.0.1:${hop.#ports.receiver}`)
    await Promise.all(hop.parts(sidecars).map((part) => hop.#processes.has(part) || hop.run(part)))
    return hop
  }

  parts(sidecars: number): string[] {
    return ['warehouse', 'receiver', ...Array.from({ length: sidecars }, (_, index) => `sidecar${index}`)]
  }

  spoolOf(part: string): string {
    return this.#folder.file(`${part}/spool`)
  }

  async run(part: string): Promise<void> {
    const started = await this.#spawn(part)
    this.#processes.set(part, started)
    await started.waitFor(/warehouse http|taking records|shipping /, startMs)
  }

  async kill(part: string): Promise<void> {
    this.#processes.get(part)?.signal('SIGKILL')
    await this.#processes.get(part)?.exit
  }

  async rows<Row>(query: string): Promise<Row[]> {
    const client = createClient({ ...(await this.#login()), username: 'writer' })
    try {
      return await (await client.query({ query, format: 'JSONEachRow' })).json<Row>()
    } finally {
      await client.close()
    }
  }

  /** Resolves when nothing waits anywhere. */
  async shipped(sidecars: number): Promise<void> {
    const spools = this.parts(sidecars).slice(1)
    for (const endMs = performance.now() + 120_000; ; await sleep(50)) {
      const names = await Promise.all(spools.map((part) => readdir(this.spoolOf(part))))
      // The receiver keeps its segment open until it is full or old.
      const waiting = names.flat().filter((name) => /\.(open|seg|sending)$/.test(name))
      if (waiting.length === 0) return
      if (performance.now() > endMs) throw new Error(`still waiting: ${waiting.slice(0, 5).join(', ')}`)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#processes.values()].map((running) => running.stop(5000)))
    await this.#folder[Symbol.asyncDispose]()
  }

  async #spawn(part: string): Promise<Spawned> {
    const { receiver, warehouse } = this.#ports
    if (part === 'warehouse')
      return spawnWarehouse(this.#folder.file('warehouse'), { listen: `127.0.0.1:${warehouse}` })
    const listen = part === 'receiver' ? ['--listen', `127.0.0.1:${receiver}`] : []
    return spawnProcess([
      nodeCommand,
      main,
      'ingest',
      '--config',
      this.#folder.file(`${part}.yaml`),
      ...listen,
    ])
  }

  #configure(part: string, url: string): Promise<void> {
    const text = `stateDir: ${this.#folder.file(part)}\nwarehouse: { url: '${url}' }\nlog: { level: warn }\n`
    return writeFile(this.#folder.file(`${part}.yaml`), text)
  }

  async #login() {
    const password = await warehouseToken(this.#folder.file('warehouse'))
    const url = `http://127.0.0.1:${this.#ports.warehouse}`
    return { url, password, database: 'sidelight', request_timeout: 60_000 }
  }
}

export interface HopKilled {
  readonly written: number
  readonly kills: number
}

/**
 * Sidecars write without pause while their shippers, the receiver and the warehouse are killed once a round, at
 * moments of chance. Afterwards every record that was durable must be in the warehouse, once.
 */
export async function killHop(options: {
  sidecars: number
  rounds: number
  seed: number
}): Promise<HopKilled> {
  const { sidecars, rounds, seed } = options
  await using hop = await Hop.start(sidecars)
  const random = seededRandom(seed)
  const isOver = new AbortController()
  const writing = Array.from({ length: sidecars }, (_, index) =>
    write(hop.spoolOf(`sidecar${index}`), { sidecar: index, random, isOver: isOver.signal }),
  )
  let kills = 0
  for (let round = 0; round < rounds; round += 1) {
    await Promise.all(
      hop.parts(sidecars).map(async (part) => {
        await sleep(random.int(800))
        await hop.kill(part)
        kills += 1
        await sleep(random.int(200))
        await hop.run(part)
      }),
    )
  }
  isOver.abort()
  const written = (await Promise.all(writing)).reduce((sum, count) => sum + count, 0)
  await hop.shipped(sidecars)
  const [figures = {}] = await hop.rows<Record<string, unknown>>(inconsistencies)
  const found = Object.entries(figures).filter(([, value]) => Number(value) !== 0)
  const [there] = await hop.rows<{ n: string }>('SELECT uniqExact(sidecar_id, seq) AS n FROM requests')
  assert.deepEqual({ there: Number(there?.n), found }, { there: written, found: [] }, `seed ${seed}`)
  return { written, kills }
}

/** Its writer lives through everything, as that of a sidecar does: so all that it was offered is durable in the end. */
async function write(
  directory: string,
  { sidecar, random, isOver }: { sidecar: number; random: Random; isOver: AbortSignal },
): Promise<number> {
  const writer = await createWriter({
    ...{ directory, boot: `${Date.now()}-${sidecar}`, flushMs: 5, queueRowsMax: 10_000, warn: () => {} },
  })
  let seq = 0
  while (!isOver.aborted) {
    for (let n = random.int(30); n >= 0; n -= 1) {
      seq += 1
      writer.offer(recordOf(sidecar, seq))
    }
    await writer.flushed()
    await sleep(25)
  }
  await writer.close()
  return seq
}

const template = randomRecord(seededRandom(91), 0).request

function recordOf(sidecar: number, seq: number) {
  const ts = Date.now()
  const small = { guard_score: 1, unscanned_parts: 1, placeholder_unknown: 1, http_status: 200, draw_n: 0 }
  const own = { ts, request_id: idAt(ts, sidecar * 1_000_000 + seq), seq, sidecar_id: `s${sidecar}`, boot: 1 }
  const counted = { role: 'primary', worker: 0, attempt_count: 0 }
  return { request: { ...template, ...small, ...own, ...counted }, attempts: [] }
}
