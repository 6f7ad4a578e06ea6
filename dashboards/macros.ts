/** What the viewer chose. Without a choice, or with `$__all`, everything. */
export type Choices = Readonly<Record<string, string | readonly string[]>>

export interface MacroValues {
  readonly from: Date
  readonly to: Date
  readonly stepSeconds: number
  readonly variables: Choices
}

/**
 * Expands a statement as Grafana does: conditions on variables first, from the last one, then the values of variables
 * (both in the browser), then macros of the data source's back end. Only what the panels use; whatever is left over
 * is an error, because Grafana would pass it to the engine as it is.
 */
export function expandMacros(sql: string, values: MacroValues): string {
  const expanded = backEndMacros(variableValues(conditions(sql, values.variables), values.variables), values)
  // Inside a literal a value may contain a dollar; a macro or variable never stands there.
  const rest = /\$(?:__|\{)?\w+/.exec(expanded.replace(/'(?:[^'\\]|\\.)*'/g, "''"))
  if (rest !== null) throw new Error(`${rest[0]} is no macro that Sidelight uses`)
  return expanded
}

const isAll = (value: string | readonly string[] | undefined) =>
  value === undefined || value.length === 0 || value.includes('$__all')

function conditions(sql: string, variables: Choices): string {
  const macro = '$__conditionalAll'
  let text = sql
  for (let at = text.lastIndexOf(macro); at >= 0; at = text.lastIndexOf(macro)) {
    const { args, end } = argumentsAt(text, at + macro.length)
    const [condition, variable, ...more] = args
    const name = /^\$(\w+)$/.exec(variable?.trim() ?? '')?.[1]
    if (condition === undefined || name === undefined || more.length > 0)
      throw new Error(`${macro} takes a condition and a bare variable`)
    text = text.slice(0, at) + (isAll(variables[name]) ? '1=1' : condition) + text.slice(end)
  }
  return text
}

/** Split at the commas of the outermost pair of parentheses, as the data source does: it knows nothing of quotes. */
function argumentsAt(text: string, open: number): { args: string[]; end: number } {
  if (text[open] !== '(') throw new Error('a macro without parentheses')
  const args: string[] = []
  let depth = 1
  let start = open + 1
  for (let at = start; at < text.length; at += 1) {
    const char = text[at]
    if (char === '(') depth += 1
    if (char === ')') depth -= 1
    if (depth === 0) return { args: [...args, text.slice(start, at)], end: at + 1 }
    if (char === ',' && depth === 1) {
      args.push(text.slice(start, at))
      start = at + 1
    }
  }
  throw new Error('parentheses of a macro do not close')
}

function variableValues(sql: string, variables: Choices): string {
  return sql.replace(/\$\{(\w+):(\w+)\}/g, (_, name: string, format: string) => {
    const value = variables[name] ?? ''
    const all = typeof value === 'string' ? [value] : value
    if (format === 'percentencode' && typeof value === 'string') return encoded(value)
    if (format === 'queryparam') return all.map((one) => `var-${name}=${encoded(one)}`).join('&')
    throw new Error(`${name} cannot be written as ${format}`)
  })
}

/** As Grafana encodes: what encodeURIComponent leaves, and SQL or shells do not, too. */
const encoded = (value: string) =>
  encodeURIComponent(value).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)

function backEndMacros(sql: string, { from, to, stepSeconds }: MacroValues): string {
  const moment = (date: Date) => `toDateTime(${Math.floor(date.getTime() / 1000)})`
  return sql
    .replace(/\$__timeFilter\((\w+(?:\.\w+)?)\)/g, `$1 >= ${moment(from)} AND $1 <= ${moment(to)}`)
    .replace(
      /\$__timeInterval\((\w+(?:\.\w+)?)\)/g,
      `toStartOfInterval(toDateTime($1), INTERVAL ${stepSeconds} second)`,
    )
    .replace(/\$__fromTime\b/g, moment(from))
    .replace(/\$__toTime\b/g, moment(to))
    .replace(/\$__interval_s\b/g, String(stepSeconds))
}
