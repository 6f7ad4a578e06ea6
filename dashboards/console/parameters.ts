import type { Panel } from '../catalog/panel.ts'
import { excludedName, type ParameterName, parametersOf, params } from '../dialects/params.ts'
import {
  multiVariables,
  numberDefaults,
  numberVariables,
  oneVariables,
  textVariables,
} from '../dialects/variables.ts'
import { before, momentOf, type Range, stepOf } from './range.ts'

/** A value of the address that is not what it has to be; told to whoever sent it. */
export class BadValue extends Error {
  readonly parameter: string
  constructor(parameter: string, message: string) {
    super(message)
    this.parameter = parameter
  }
}

export interface Asked {
  readonly range: Range
  readonly values: Readonly<Partial<Record<ParameterName, unknown>>>
}

/** Longest name that a record keeps, with room; more values than this no picture tells apart. */
const valueCharsMax = 512
const valuesMax = 100
/** They travel in the address of the warehouse's query, which servers cut at some 16 kB. */
const charsMax = 6000
const daysMax = 3 * 366
const dayMs = 86_400_000

const known = new Set<string>([
  ...['from', 'to', 'before'],
  ...multiVariables.flatMap((name) => [name, `${name}!`]),
  ...oneVariables,
  ...textVariables,
  ...numberVariables,
])

/** Everything that can be bound, from the query of an address. `app!=x` leaves x out. */
export function readAsked(query: URLSearchParams, nowMs: number): Asked {
  for (const name of query.keys()) {
    if (!known.has(name)) throw new BadValue(name, 'no such parameter')
  }
  const values: Partial<Record<ParameterName, unknown>> = {}
  for (const name of multiVariables) {
    values[name] = several(query, name)
    values[excludedName(name)] = several(query, `${name}!`)
  }
  for (const name of [...oneVariables, ...textVariables]) values[name] = single(query, name)
  for (const name of numberVariables) values[name] = numberOf(query, name) ?? numberDefaults[name]
  if (Object.values(values).flat().join('').length > charsMax)
    throw new BadValue('filters', `all together longer than ${charsMax} characters`)
  return { range: readRange(query, nowMs), values }
}

function readRange(query: URLSearchParams, nowMs: number): Range {
  const fromMs = moment(query, 'from', 'now-1h', nowMs)
  const toMs = moment(query, 'to', 'now', nowMs)
  if (fromMs >= toMs) throw new BadValue('from', 'expected a time before `to`')
  if (toMs - fromMs > daysMax * dayMs) throw new BadValue('from', `expected at most ${daysMax} days`)
  const range = { fromMs, toMs, stepSeconds: stepOf(toMs - fromMs) }
  return query.get('before') === '1' ? before(range) : range
}

/** The engine's times reach from 1900 to 2299. */
const yearMin = Date.UTC(1971, 0)
const yearMax = Date.UTC(2200, 0)

function moment(query: URLSearchParams, name: string, fallback: string, nowMs: number): number {
  const ms = momentOf(single(query, name) || fallback, nowMs)
  if (ms === undefined || ms < yearMin || ms > yearMax)
    throw new BadValue(name, 'expected an ISO time with its zone, `now` or `now-6h`')
  return ms
}

function several(query: URLSearchParams, name: string): readonly string[] {
  const all = [...new Set(query.getAll(name))]
  if (all.length > valuesMax) throw new BadValue(name, `expected at most ${valuesMax} values`)
  for (const value of all) checkLength(name, value)
  return all
}

function single(query: URLSearchParams, name: string): string {
  const [value = '', ...more] = query.getAll(name)
  if (more.length > 0) throw new BadValue(name, 'expected one value')
  checkLength(name, value)
  return value
}

function checkLength(name: string, value: string): void {
  if (value.length > valueCharsMax)
    throw new BadValue(name, `expected at most ${valueCharsMax} characters, found ${value.length}`)
  // Half a character cannot be sent, and the end of a text in C is none of ours.
  if (!value.isWellFormed() || value.includes('\0')) throw new BadValue(name, 'expected whole characters')
}

function numberOf(query: URLSearchParams, name: string): number | undefined {
  const text = single(query, name)
  if (text === '') return undefined
  const value = Number(text)
  if (!Number.isFinite(value) || value < 0) throw new BadValue(name, 'expected a number from 0')
  return value
}

export interface Statement {
  readonly sql: string
  readonly values: Readonly<Record<string, unknown>>
  readonly stepSeconds: number
}

type Sql = Panel['sql']

/** A statement with what it takes of the values; what it does not listen to is not bound. */
export function statementOf(sql: Sql, { range, values }: Asked, leastStep = 1): Statement {
  const text = sql(params)
  const stepSeconds = Math.max(range.stepSeconds, leastStep)
  const all: Record<string, unknown> = {
    ...values,
    from: moments(range.fromMs),
    to: moments(range.toMs),
    step: stepSeconds,
  }
  const names = [...parametersOf(text).keys()]
  return { sql: text, values: Object.fromEntries(names.map((name) => [name, all[name]])), stepSeconds }
}

const moments = (ms: number) => new Date(ms).toISOString().replace('T', ' ').replace('Z', '')
