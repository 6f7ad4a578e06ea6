import type { Dialect } from '../../dashboards/dialects/dialect.ts'
import { grafana } from '../../dashboards/dialects/grafana.ts'
import { parametersOf, params } from '../../dashboards/dialects/params.ts'
import { numberDefaults } from '../../dashboards/dialects/variables.ts'
import { type Choices, expandMacros, type MacroValues } from '../../dashboards/macros.ts'
import type { Engine } from '../engine.ts'

export interface Answer {
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly rows: readonly (readonly unknown[])[]
}

type Sql = (dialect: Dialect) => string

const numbers = Object.fromEntries(
  Object.entries(numberDefaults).map(([name, value]) => [name, String(value)]),
)

/** The statement as Grafana would send it. */
export async function askAsGrafana(engine: Engine, sql: Sql, values: MacroValues): Promise<Answer> {
  const variables = { ...numbers, ...values.variables }
  return ask(engine, expandMacros(sql(grafana), { ...values, variables }))
}

/** With values bound by the engine, as the console asks. */
export async function askWithParams(engine: Engine, sql: Sql, values: MacroValues): Promise<Answer> {
  const text = sql(params)
  const settings = [...parametersOf(text)].map(([name, type]) => {
    const value = boundText(name, type, values)
    return `SET param_${name} = '${escaped(value)}';`
  })
  return ask(engine, settings.join('') + text)
}

function boundText(name: string, type: string, { from, to, stepSeconds, variables }: MacroValues): string {
  if (name === 'from') return moment(from)
  if (name === 'to') return moment(to)
  if (name === 'step') return String(stepSeconds)
  const value = variables[name] ?? numbers[name] ?? ''
  if (type === 'Array(String)') return arrayText(variables, name)
  return escaped(String(value))
}

const moment = (date: Date) => date.toISOString().replace('T', ' ').replace('Z', '')

function arrayText(variables: Choices, name: string): string {
  const value = variables[name] ?? []
  const all = typeof value === 'string' ? [value] : value
  return `[${all.map((one) => `'${escaped(one)}'`).join(',')}]`
}

const escaped = (value: string) => value.replace(/[\\']/g, '\\$&')

export async function ask(engine: Engine, sql: string): Promise<Answer> {
  const { text = '' } = await engine.measure(sql, 'JSONCompact')
  const { meta, data } = JSON.parse(text) as { meta: Answer['columns']; data: Answer['rows'] }
  return { columns: meta, rows: data }
}

/** With names instead of places. */
export function named(answer: Answer): Record<string, unknown>[] {
  return answer.rows.map((row) => Object.fromEntries(answer.columns.map(({ name }, at) => [name, row[at]])))
}
