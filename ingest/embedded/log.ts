/**
 * Lines of JSON on standard error, in the shape of the sidecar's log. Fields are names, numbers, codes and
 * ids: neither a statement nor a value of one has a way in.
 */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>

export interface Log {
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
}

const levels = { debug: 0, info: 1, warn: 2, error: 3, silent: 4 } as const

export function createLog(options: {
  readonly level: keyof typeof levels
  readonly write: (line: string) => void
  readonly nowMs: () => number
}): Log {
  const at = (level: 'info' | 'warn' | 'error') => {
    if (levels[level] < levels[options.level]) return () => {}
    return (message: string, fields: LogFields = {}) => {
      const time = new Date(options.nowMs()).toISOString()
      options.write(`${JSON.stringify({ time, level, message, ...fields })}\n`)
    }
  }
  return { info: at('info'), warn: at('warn'), error: at('error') }
}
