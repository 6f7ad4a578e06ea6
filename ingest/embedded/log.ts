/**
 * Lines on standard error, in the shape of the sidecar's log: JSON, or text for a terminal. Fields are names, numbers, codes and
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
  readonly format?: 'json' | 'text'
  readonly write: (line: string) => void
  readonly nowMs: () => number
}): Log {
  const at = (level: 'info' | 'warn' | 'error') => {
    if (levels[level] < levels[options.level]) return () => {}
    return (message: string, fields: LogFields = {}) => {
      const time = new Date(options.nowMs()).toISOString()
      const render = options.format === 'text' ? textLine : jsonLine
      options.write(`${render(time, level, message, fields)}\n`)
    }
  }
  return { info: at('info'), warn: at('warn'), error: at('error') }
}

function jsonLine(time: string, level: string, message: string, fields: LogFields): string {
  return JSON.stringify({ time, level, message, ...fields })
}

function textLine(time: string, level: string, message: string, fields: LogFields): string {
  const shown = Object.entries(fields).filter(([, value]) => value !== undefined)
  const rest = shown.map(([key, value]) => ` ${key}=${textValue(value)}`)
  return `${time.slice(11, 23)} ${level.padEnd(5)} ${message}${rest.join('')}`
}

/** Whatever is no plain word is quoted: a value neither ends the line nor speaks to the terminal. */
function textValue(value: LogFields[string]): string {
  const text = String(value)
  return /^[\w.:/+-]+$/.test(text) ? text : JSON.stringify(text).replace(/[\u007f-\u009f\u200e-\u202e]/g, '?')
}
