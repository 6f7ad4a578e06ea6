import type { Config } from '../contract/config/schema.ts'
import { createLog, type Log } from '../sidecar/observe/log.ts'

export function logFor(config: Pick<Config, 'log'>): Log {
  return createLog({
    level: config.log.level,
    format: logFormatOf(config),
    write: (line) => process.stderr.write(line),
    nowMs: Date.now,
  })
}

/** Text for people at a terminal, JSON for programs; the processes beside this one write as it does. */
export function logFormatOf({ log }: Pick<Config, 'log'>): 'json' | 'text' {
  if (log.format !== 'auto') return log.format
  return process.stderr.isTTY === true ? 'text' : 'json'
}
