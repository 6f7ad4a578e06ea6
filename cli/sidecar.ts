import type { Environment } from '../contract/config/load.ts'
import { startIngestChild } from './ingest.ts'
import { logFor } from './log-for.ts'
import { runProxy } from './run.ts'

/** The proxy alone: one line when it serves, then logs. */
export async function runSidecar(args: readonly string[], environment: Environment): Promise<number> {
  const running = await runProxy(args, environment)
  process.stdout.write(`sidelight: serving on ${show(running.data)}, admin on ${show(running.admin)}\n`)
  // On one machine with its own warehouse `up` starts both; here there is a warehouse only elsewhere.
  if (running.config.warehouse.url === 'embedded') return running.stopped
  const ingest = startIngestChild(running.config, logFor(running.config))
  const code = await running.stopped
  await ingest.stop()
  return code
}

export function show(address: { address: string; port: number }): string {
  const host = address.address.includes(':') ? `[${address.address}]` : address.address
  return `http://${host}:${address.port}`
}
