/**
 * Structured lines on standard error. Fields are names, numbers, codes and ids; prompts, answers and keys
 * have no way in, because callers hand over fields one by one.
 */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>

export interface Log {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
}

const levels = { debug: 0, info: 1, warn: 2, error: 3, silent: 4 } as const
export type LogLevel = keyof typeof levels

export function createLog(options: {
  level: LogLevel
  format: 'json' | 'text'
  write: (line: string) => void
  nowMs: () => number
}): Log {
  const log =
    (level: Exclude<LogLevel, 'silent'>) =>
    (message: string, fields: LogFields = {}) => {
      if (levels[level] < levels[options.level]) return
      const time = new Date(options.nowMs()).toISOString()
      options.write(
        options.format === 'json'
          ? `${JSON.stringify({ time, level, message, ...fields })}\n`
          : textLine(time, level, message, fields),
      )
    }
  return { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') }
}

function textLine(time: string, level: string, message: string, fields: LogFields): string {
  const rest = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(
      ([key, value]) =>
        ` ${key}=${typeof value === 'string' && /[\s"=]/.test(value) ? JSON.stringify(value) : value}`,
    )
  return `${time.slice(11, 23)} ${level.padEnd(5)} ${message}${rest.join('')}\n`
}
