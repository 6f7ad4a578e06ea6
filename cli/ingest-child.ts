import type { Config } from '../contract/config/schema.ts'
import { logFor } from './log-for.ts'
import { createShipperOf, shipUntil } from './shipping.ts'

/** The shipper beside a sidecar: told what to do by one variable, ended by its parent, also by its parent's death. */
const config = JSON.parse(process.env['SIDELIGHT_INGEST'] ?? '{}') as Config
const log = logFor(config)
const ending = new AbortController()
process.on('SIGTERM', () => ending.abort())
// The terminal sends Ctrl-C to every process of the group; only the parent decides what it means.
process.on('SIGINT', () => {})
process.stdin.on('end', () => ending.abort()).resume()
if ('unref' in process.stdin) process.stdin.unref()

const shipper = await createShipperOf(config, log)
process.stdout.write('ingest ready\n')
try {
  await shipUntil(ending.signal, shipper)
} catch (error) {
  log.error('records cannot be shipped', { reason: error instanceof Error ? error.message : 'unknown' })
  process.exitCode = 1
}
