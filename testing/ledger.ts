import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client'
import { warehouseToken } from '../ingest/token.ts'
import { freePort } from './free-port.ts'
import { nodeCommand, type Spawned, spawnProcess } from './spawn.ts'
import { type TempDir, tempDir } from './temp-dir.ts'
import { spawnWarehouse } from './warehouse.ts'

const main = join(import.meta.dirname, '..', 'cli', 'main.ts')

export type Part = 'sidecar' | 'ingest' | 'warehouse'

/** Sidecar, shipper and warehouse as three processes over one state directory, to be killed one by one. */
export class Ledger {
  readonly origin: string
  readonly stateDir: string
  readonly #folder: TempDir
  readonly #ports: { data: number; admin: number; warehouse: number }
  readonly #processes = new Map<Part, Spawned>()
  readonly #clients: ClickHouseClient[] = []

  private constructor(folder: TempDir, ports: { data: number; admin: number; warehouse: number }) {
    this.#folder = folder
    this.#ports = ports
    this.origin = `http://127.0.0.1:${ports.data}`
    this.stateDir = folder.file('state')
  }

  /** With all three running; `yaml` is added to their configuration. */
  static async start(yaml = ''): Promise<Ledger> {
    const folder = await tempDir('sidelight-ledger-')
    const ports = { data: await freePort(), admin: await freePort(), warehouse: await freePort() }
    const ledger = new Ledger(folder, ports)
    await writeFile(
      ledger.#config,
      `listen: 127.0.0.1:${ports.data}
admin: 127.0.0.1:${ports.admin}
stateDir: ${ledger.stateDir}
warehouse: { listen: '127.0.0.1:${ports.warehouse}' }
providers: { sim: { kind: simulated } }
routes: { demo: { candidates: [{ provider: sim, model: sim-fast }] } }
log: { level: warn }
${yaml}
`,
    )
    await Promise.all((['warehouse', 'sidecar', 'ingest'] as const).map((part) => ledger.run(part)))
    return ledger
  }

  get #config(): string {
    return this.#folder.file('sidelight.yaml')
  }

  /** Starts a part that does not run; resolves when it serves. */
  async run(part: Part): Promise<void> {
    const started = this.#spawn(part)
    this.#processes.set(part, started)
    const line = { sidecar: /serving on/, ingest: /shipping /, warehouse: /warehouse http/ }[part]
    await started.waitFor(line, 60_000)
  }

  #spawn(part: Part): Spawned {
    if (part === 'warehouse')
      return spawnWarehouse(this.stateDir, { listen: `127.0.0.1:${this.#ports.warehouse}` })
    return spawnProcess([nodeCommand, main, part, '--config', this.#config])
  }

  async kill(part: Part): Promise<void> {
    const running = this.#processes.get(part)
    running?.signal('SIGKILL')
    await running?.exit
  }

  /** SIGTERM, and what it said. */
  async stop(part: Part): Promise<{ code: number | null; stderr: string }> {
    const running = this.#processes.get(part)
    const exit = await running?.stop(60_000)
    return { code: exit?.code ?? null, stderr: running?.stderr ?? '' }
  }

  pidOf(part: Part): number {
    return this.#processes.get(part)?.pid ?? -1
  }

  async ask(body: object, signal?: AbortSignal): Promise<Response> {
    return fetch(`${this.origin}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      ...(signal === undefined ? {} : { signal }),
    })
  }

  async rows<Row = Record<string, unknown>>(query: string): Promise<Row[]> {
    const url = `http://127.0.0.1:${this.#ports.warehouse}`
    const client = createClient({
      ...{ url, username: 'writer', password: await warehouseToken(this.stateDir), database: 'sidelight' },
      request_timeout: 60_000,
      log: { level: ClickHouseLogLevel.OFF },
    })
    this.#clients.push(client)
    return (await client.query({ query, format: 'JSONEachRow' })).json<Row>()
  }

  /** Resolves when nothing waits in the spool. */
  async shipped(limitMs = 120_000): Promise<void> {
    const endMs = performance.now() + limitMs
    for (;;) {
      const names = await readdir(join(this.stateDir, 'spool'))
      const waiting = names.filter((name) => /\.(open|seg|sending)$/.test(name))
      if (waiting.length === 0) return
      if (performance.now() > endMs) throw new Error(`still in the spool: ${waiting.slice(0, 5).join(', ')}`)
      await sleep(100)
    }
  }

  async metrics(): Promise<string> {
    return (await fetch(`http://127.0.0.1:${this.#ports.admin}/metrics`)).text()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()))
    for (const part of ['sidecar', 'ingest', 'warehouse'] as const) await this.stop(part)
    await this.#folder[Symbol.asyncDispose]()
  }
}

/** Raw tables against each other and against their rollups; every figure is 0 when all is well. */
export const inconsistencies = `
  SELECT
    (SELECT count() - uniqExact(request_id) FROM requests) AS doubled,
    (SELECT count() - uniqExact(request_id, attempt) FROM attempts) AS doubled_attempts,
    (SELECT toInt64(sum(attempt_count)) FROM requests) - (SELECT toInt64(count()) FROM attempts) AS attempts,
    (SELECT toInt64(count()) FROM requests) - (SELECT sum(requests) FROM usage_hourly) AS hourly,
    (SELECT toInt64(count()) FROM requests) - (SELECT sum(requests) FROM usage_daily) AS daily,
    (SELECT toInt64(count()) FROM requests) - (SELECT sum(requests) FROM latency_1m) AS minutes,
    (SELECT toInt64(sum(input_tokens + output_tokens)) FROM requests)
      - (SELECT sum(input_tokens + output_tokens) FROM usage_hourly) AS tokens,
    (SELECT ifNull(sum(toDecimal128(cost_usd, 12)), 0) FROM requests)
      - (SELECT sum(cost_usd) FROM usage_hourly) AS cost`
