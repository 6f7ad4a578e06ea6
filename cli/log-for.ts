import type { Config } from '../contract/config/schema.ts'
import { createLog, type Log } from '../sidecar/observe/log.ts'

export function logFor(config: Pick<Config, 'log'>): Log {
  const isTerminal = process.stderr.isTTY === true
  const format = config.log.format === 'auto' ? (isTerminal ? 'text' : 'json') : config.log.format
  return createLog({
    level: config.log.level,
    format,
    write: (line) => process.stderr.write(line),
    nowMs: Date.now,
  })
}
