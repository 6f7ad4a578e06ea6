import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { isPlainName } from './literal.ts'
import { QueryError } from './problem.ts'
import type { User } from './users.ts'

export type Encoding = 'gzip' | 'zstd' | 'br' | 'deflate'

/** A request as it was asked, before its body is read. */
export interface Question {
  readonly id: string
  readonly user: User
  /** GET reads, whoever asks: links and prefetches must not write. */
  readonly isGet: boolean
  readonly urlQuery: string
  readonly database: string | undefined
  readonly settings: readonly (readonly [name: string, value: string])[]
  readonly parameters: readonly (readonly [name: string, value: string])[]
  /** Of a result whose statement names none. */
  readonly format: string | undefined
  readonly encoding: Encoding | undefined
  /** Sent by clients that speak the framing of the native protocol. */
  readonly protocolVersion: string | undefined
}

/** Parameters of the URL that are neither settings nor values. */
const reserved = new Set([
  'query',
  'query_id',
  'database',
  'default_format',
  'user',
  'password',
  'client_protocol_version',
  'quota_key',
  'stacktrace',
  'buffer_size',
  'wait_end_of_query',
  'framing',
])

/** Refused rather than ignored: whoever sends them relies on them. Their `off` values are harmless. */
const refused: Readonly<Record<string, string>> = {
  session_id: 'sessions are not kept here: each request has one of its own',
  session_timeout: 'sessions are not kept here: each request has one of its own',
  session_check: 'sessions are not kept here: each request has one of its own',
  close_session: 'sessions are not kept here: each request has one of its own',
  role: 'there are no roles here; users are default, writer and admin',
  compress: 'blocks packed by ClickHouse are not spoken here; use Accept-Encoding',
  decompress: 'blocks packed by ClickHouse are not spoken here; use Content-Encoding',
}

export function readQuestion(req: IncomingMessage, parameters: URLSearchParams, user: User): Question {
  const settings: [string, string][] = []
  const values: [string, string][] = []
  for (const [name, value] of parameters) {
    if (reserved.has(name)) continue
    if (Object.hasOwn(refused, name)) refuse(name, value)
    else if (name.startsWith('param_')) values.push([parameterName(name.slice(6)), value])
    else settings.push([name, value])
  }
  const one = (name: string) => parameters.get(name) || undefined
  return {
    id: queryId(one('query_id') ?? header(req, 'x-clickhouse-query-id')),
    user,
    isGet: req.method === 'GET',
    urlQuery: parameters.get('query') ?? '',
    database: one('database') ?? header(req, 'x-clickhouse-database'),
    settings,
    parameters: values,
    format: header(req, 'x-clickhouse-format') ?? one('default_format'),
    encoding: encodingFor(req, parameters),
    protocolVersion: one('client_protocol_version'),
  }
}

function refuse(name: string, value: string): void {
  if (value === '' || value === '0') return
  throw QueryError.of('NOT_IMPLEMENTED', `${name}: ${refused[name]}`)
}

export function parameterName(name: string): string {
  if (isPlainName(name)) return name
  throw QueryError.of('BAD_ARGUMENTS', 'The name of a query parameter is letters, digits and _')
}

/** It stands in headers and logs, so it is a word; any other wish gets an id of ours. */
function queryId(asked: string | undefined): string {
  return asked !== undefined && /^[\w.:-]{1,128}$/.test(asked) ? asked : randomUUID()
}

function header(req: IncomingMessage, name: string): string | undefined {
  const value = req.headers[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

function encodingFor(req: IncomingMessage, parameters: URLSearchParams): Encoding | undefined {
  if (parameters.get('enable_http_compression') === '0') return undefined
  const accepted = (req.headers['accept-encoding'] ?? '')
    .toString()
    .split(',')
    .map((part) => part.trim().toLowerCase())
    .filter((part) => !/;\s*q=0(\.0*)?$/.test(part))
    .map((part) => part.split(';')[0])
  const known: readonly Encoding[] = ['gzip', 'zstd', 'br', 'deflate']
  return known.find((encoding) => accepted.includes(encoding))
}
