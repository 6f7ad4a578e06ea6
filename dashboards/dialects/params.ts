import type { Dialect } from './dialect.ts'
import {
  type MultiVariable,
  multiVariables,
  numberVariables,
  oneVariables,
  textVariables,
  type VarName,
} from './variables.ts'

const moment = (name: 'from' | 'to') => `{${name}:DateTime64(3, 'UTC')}`

/** Beside what is chosen, what is left out; Grafana's variables know no such thing. */
export const excludedName = (variable: MultiVariable) => `${variable}_not` as const

/** Values are bound by the server: no quoting, so nothing that could be quoted wrongly. */
export const params: Dialect = {
  name: 'params',
  range: (column) => `${column} >= ${moment('from')} AND ${column} <= ${moment('to')}`,
  bucket: (column) => `toStartOfInterval(toDateTime(${column}), toIntervalSecond({step:UInt32}))`,
  bucketSeconds: '{step:UInt32}',
  from: moment('from'),
  to: moment('to'),
  among(variable, column = variable) {
    const chosen = `{${variable}:Array(String)}`
    return `((empty(${chosen}) OR ${column} IN ${chosen}) AND ${column} NOT IN {${excludedName(variable)}:Array(String)})`
  },
  isOpen: (variable) => `empty({${variable}:Array(String)})`,
  one: (variable) => `{${variable}:String}`,
  typed: (variable, condition) => `({${variable}:String} = '' OR ${condition(`{${variable}:String}`)})`,
  number: (variable) => `{${variable}:Float64}`,
}

export type ParameterName = VarName | `${MultiVariable}_not` | 'from' | 'to' | 'step'
export type ParameterType = "DateTime64(3, 'UTC')" | 'UInt32' | 'Array(String)' | 'String' | 'Float64'

const types: ReadonlyMap<string, ParameterType> = new Map<string, ParameterType>([
  ['from', "DateTime64(3, 'UTC')"],
  ['to', "DateTime64(3, 'UTC')"],
  ['step', 'UInt32'],
  ...multiVariables.flatMap((name) => [
    [name, 'Array(String)'] as const,
    [excludedName(name), 'Array(String)'] as const,
  ]),
  ...oneVariables.map((name) => [name, 'String'] as const),
  ...textVariables.map((name) => [name, 'String'] as const),
  ...numberVariables.map((name) => [name, 'Float64'] as const),
])

/** What has to be bound for a statement of this dialect, in the order in which it stands there. */
export function parametersOf(sql: string): ReadonlyMap<ParameterName, ParameterType> {
  const names = [...sql.matchAll(/\{([a-z_]+):[^}]+\}/g)].map((match) => match[1] as ParameterName)
  return new Map(
    names.map((name) => {
      const type = types.get(name)
      if (type === undefined) throw new Error(`nobody binds ${name}`)
      return [name, type]
    }),
  )
}
