import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type ClickHouseClient, type ClickHouseClientConfigOptions, createClient } from '@clickhouse/client'
import { parseConfig } from '../contract/config/load.ts'
import type { WarehouseOptions } from '../ingest/embedded/options.ts'
import { warehouseToken } from '../ingest/token.ts'
import { nodeCommand, type Spawned, spawnProcess } from './spawn.ts'
import { tempDir } from './temp-dir.ts'

export interface TestWarehouse extends AsyncDisposable {
  readonly url: string
  readonly token: string
  readonly stateDir: string
  readonly process: Spawned
  /** The official client as one of the users; closed with the warehouse. */
  client(user: 'default' | 'writer' | 'admin', more?: ClickHouseClientConfigOptions): ClickHouseClient
}

export interface TestWarehouseOptions {
  /** Of a warehouse that was there before; otherwise one of its own, gone afterwards. */
  readonly stateDir?: string
  readonly listen?: string
  readonly limits?: Partial<WarehouseOptions['limits']>
}

/** An embedded warehouse in a process of its own, as `sidelight warehouse` runs it. */
export async function startTestWarehouse(options: TestWarehouseOptions = {}): Promise<TestWarehouse> {
  const folder = options.stateDir === undefined ? await tempDir('sidelight-warehouse-') : undefined
  const stateDir = options.stateDir ?? folder?.path ?? ''
  const cwd = join(stateDir, 'warehouse', 'cwd')
  await mkdir(cwd, { recursive: true })
  const run = spawnWarehouse(stateDir, options)
  const clients: ClickHouseClient[] = []
  const stop = async () => {
    await Promise.all(clients.map((client) => client.close()))
    await run.stop(15_000)
    await folder?.[Symbol.asyncDispose]()
  }
  try {
    const [, url = ''] = await run.waitFor(/warehouse (http:\S+)/, 30_000)
    const token = await warehouseToken(stateDir)
    return {
      url,
      token,
      stateDir,
      process: run,
      client(user, more = {}) {
        const password = user === 'default' ? '' : token
        const client = createClient({ url, username: user, password, database: 'sidelight', ...more })
        clients.push(client)
        return client
      },
      [Symbol.asyncDispose]: stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** The process alone, for those who look at how it starts and ends. */
export function spawnWarehouse(stateDir: string, options: TestWarehouseOptions = {}): Spawned {
  const { config } = parseConfig('', 'test', {})
  const told: WarehouseOptions = {
    stateDir,
    listen: options.listen ?? '127.0.0.1:0',
    database: 'sidelight',
    allowedHosts: [],
    limits: { ...config.warehouse.limits, ...options.limits },
    drainMs: 5000,
    isSupervised: false,
    logLevel: 'info',
  }
  const main = join(import.meta.dirname, '..', 'ingest', 'embedded', 'main.ts')
  return spawnProcess([nodeCommand, main, JSON.stringify(told)], {
    env: { UV_THREADPOOL_SIZE: '16', TZ: 'UTC' },
  })
}
