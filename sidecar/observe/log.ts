import { safeText } from './safe-text.ts'

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
type LineLevel = Exclude<LogLevel, 'silent'>

export function createLog(options: {
  level: LogLevel
  format: 'json' | 'text'
  write: (line: string) => void
  nowMs: () => number
}): Log {
  const render = options.format === 'json' ? jsonLine : textLine
  const log = (level: LineLevel) => {
    if (levels[level] < levels[options.level]) return () => {}
    return (message: string, fields: LogFields = {}) => {
      const time = new Date(options.nowMs()).toISOString()
      options.write(`${render(time, level, message, shown(fields))}\n`)
    }
  }
  return { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') }
}

type Shown = readonly (readonly [key: string, value: string | number | boolean])[]

function shown(fields: LogFields): Shown {
  const entries: [string, string | number | boolean][] = []
  for (const [key, value] of Object.entries<unknown>(fields)) {
    if (value === undefined) continue
    entries.push([reserved.has(key) ? `${key}_` : key, shownValue(value)])
  }
  return entries
}

/** A field may not pass itself off as the line's own. */
const reserved = new Set(['time', 'level', 'message'])

/** The type keeps objects out, but a cast lets them in, and an error or a body would spill what it holds. */
function shownValue(value: unknown): string | number | boolean {
  switch (typeof value) {
    case 'string':
      return safeText(value)
    case 'number':
    case 'boolean':
      return value
    default:
      return `(${typeof value})`
  }
}

function jsonLine(time: string, level: LineLevel, message: string, fields: Shown): string {
  const line = { time, level, message: safeText(message), ...Object.fromEntries(fields) }
  return escapeControls(JSON.stringify(line))
}

function textLine(time: string, level: LineLevel, message: string, fields: Shown): string {
  const rest = fields.map(([key, value]) => ` ${key}=${textValue(value)}`)
  return escapeControls(`${time.slice(11, 23)} ${level.padEnd(5)} ${safeText(message)}${rest.join('')}`)
}

function textValue(value: string | number | boolean): string {
  return typeof value === 'string' && /[\s"=]|^$/.test(value) ? JSON.stringify(value) : String(value)
}

/**
 * Nothing a line holds may end it, colour the terminal or turn the direction of writing: C0 and C1 controls,
 * line and paragraph separators, bidirectional marks. As \u escapes they stay valid inside JSON.
 */
function escapeControls(line: string): string {
  return line.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
