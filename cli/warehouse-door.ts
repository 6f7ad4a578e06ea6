import { ClickHouseLogLevel, createClient } from '@clickhouse/client'
import type { Config } from '../contract/config/schema.ts'
import { type Door, doorOf } from '../ingest/door.ts'
import { type Target, targetOf } from '../ingest/target.ts'

export interface OpenDoor extends AsyncDisposable {
  readonly door: Door
  readonly target: Target
}

/** A migration of a large table or a backup takes what it takes. */
const requestTimeoutMs = 3_600_000

/** The warehouse of the configuration as its administrator. Names carry their database: it may not be there yet. */
export async function openWarehouse(config: Config, url?: string): Promise<OpenDoor> {
  const warehouse = url === undefined ? config.warehouse : { ...config.warehouse, url }
  const target = await targetOf({ stateDir: config.stateDir, warehouse }, 'admin')
  const client = createClient({
    url: target.url,
    username: target.username,
    password: target.password,
    // There before anything of ours is.
    application: 'sidelight-admin',
    request_timeout: requestTimeoutMs,
    log: { level: ClickHouseLogLevel.OFF },
  })
  return { door: doorOf(client), target, [Symbol.asyncDispose]: () => client.close() }
}

const askAgainMs = 250

/** Until it answers, or the time is over: then what was wrong with the last try. */
export async function untilThere({ door, target }: OpenDoor, waitMs: number): Promise<void> {
  const endsAt = Date.now() + waitMs
  for (;;) {
    try {
      await door.rows('SELECT 1')
      return
    } catch (error) {
      if (Date.now() >= endsAt) throw new Error(unreachable(target.url, error))
      await new Promise((resolve) => setTimeout(resolve, askAgainMs))
    }
  }
}

function unreachable(url: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const hint =
    code === 'ECONNREFUSED'
      ? ': nothing listens there. Is the warehouse running (`sidelight warehouse`)?'
      : ''
  const message = error instanceof Error ? error.message.split('\n')[0] : ''
  return `the warehouse at ${new URL(url).origin} cannot be used (${code || message})${hint}`
}
