import type { Environment } from '../contract/config/load.ts'
import { runProxy } from './run.ts'

/** The proxy alone: one line when it serves, then logs. */
export async function runSidecar(args: readonly string[], environment: Environment): Promise<number> {
  const running = await runProxy(args, environment)
  process.stdout.write(`sidelight: serving on ${show(running.data)}, admin on ${show(running.admin)}\n`)
  return running.stopped
}

export function show(address: { address: string; port: number }): string {
  const host = address.address.includes(':') ? `[${address.address}]` : address.address
  return `http://${host}:${address.port}`
}
