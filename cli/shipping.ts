import { setTimeout as sleep } from 'node:timers/promises'
import { ClickHouseError, ClickHouseLogLevel, createClient } from '@clickhouse/client'
import type { Config } from '../contract/config/schema.ts'
import { type Door, doorOf } from '../ingest/door.ts'
import { SchemaError } from '../ingest/migrate.ts'
import { courierTo, courierToReceiver, createShipper, type Shipper } from '../ingest/shipper.ts'
import { targetOf } from '../ingest/target.ts'
import type { Log } from '../sidecar/observe/log.ts'

/** What is left when the process is told to end is tried for so long; it is safe where it is. */
export const drainMs = 10_000

export function spoolOf(config: Config): string {
  return `${config.stateDir}/spool`
}

export async function createShipperOf(
  config: Config,
  log: Log,
  beforeFinish: () => Promise<void> = async () => {},
): Promise<Shipper> {
  const { url } = config.warehouse
  const receiver = url === 'embedded' ? undefined : courierToReceiver(url)
  const courier = receiver ?? courierTo(await targetOf(config, 'writer'))
  return createShipper({
    ...{ directory: spoolOf(config), courier, beforeFinish },
    prepare: (signal) => prepareEmbedded(config, { log, signal }),
    ...{ info: log.info, warn: log.warn },
  })
}

const firstWaitMs = 250
const waitMaxMs = 5000

/**
 * The embedded warehouse has nobody who would bring its schema up to date; a real one has, and is left alone.
 * Until it answers nothing can be shipped anyway.
 */
export async function prepareEmbedded(
  config: Config,
  { log, signal }: { log: Log; signal: AbortSignal },
): Promise<void> {
  if (config.warehouse.url !== 'embedded') return
  const { url, username, password, database } = await targetOf(config, 'admin')
  // The price list is large, and other warehouses have no use for it here.
  const { prepareWarehouse } = await import('./prepare-warehouse.ts')
  const prepare = (door: Door) => prepareWarehouse(door, config, { target: 'embedded' })
  const client = createClient({ url, username, password, database, log: { level: ClickHouseLogLevel.OFF } })
  try {
    let said: string | undefined
    const aborted = untilAborted(signal)
    for (let waitMs = firstWaitMs; !signal.aborted; waitMs = Math.min(2 * waitMs, waitMaxMs)) {
      const problem = await Promise.race([
        prepare(doorOf(client)).then(
          () => undefined,
          (error: unknown) => error,
        ),
        // Whoever listens there may never answer, and must not keep this process.
        aborted,
      ])
      if (problem === undefined) return
      if (problem instanceof SchemaError) throw problem
      // Not being there yet is no news; an answer that says no is.
      const code = problem instanceof ClickHouseError ? `${problem.code} ${problem.type ?? ''}` : undefined
      if (code !== undefined && code !== said)
        log.error('the schema of the embedded warehouse cannot be brought up to date; tried again', { code })
      said = code
      await sleep(waitMs, undefined, { signal }).catch(() => {})
    }
  } finally {
    await client.close()
  }
}

function untilAborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined)
    else signal.addEventListener('abort', () => resolve(undefined), { once: true })
  })
}

/** Ships until the signal, then what is left. Throws when the schema is one that must not be touched. */
export async function shipUntil(signal: AbortSignal, shipper: Shipper): Promise<void> {
  const ended = Promise.withResolvers<void>()
  signal.addEventListener('abort', () => ended.resolve())
  try {
    if (!signal.aborted) await Promise.race([shipper.run(), ended.promise])
  } finally {
    await shipper.stop(drainMs)
  }
}
