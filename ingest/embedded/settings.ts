import { isPlainName, stringLiteral } from './literal.ts'
import { QueryError } from './problem.ts'
import type { UserRole } from './users.ts'

export interface QueryLimits {
  readonly queryMemory: number
  readonly queryTime: number
  readonly resultRows: number
  readonly resultBytes: number
}

type Setting = readonly [name: string, value: string]

/** What a request asks of the way its result is written or its work is bounded, and nothing beyond. */
const readable = [
  /^output_format_(?!schema|template)\w+$/,
  /^format_(csv|tsv|custom|json)_\w+$/,
  /^(date_time_(input|output)_format|session_timezone|interval_output_format|bool_(true|false)_representation)$/,
  /^max_(threads|block_size|execution_time|memory_usage)$/,
  /^max_(rows|bytes)_(to_read|to_group_by|to_sort|in_set|in_join|in_distinct)$/,
  /^max_result_(rows|bytes)$/,
  /^(limit|offset|extremes|result_overflow_mode|timeout_overflow_mode)$/,
  /^(join_use_nulls|group_by_use_nulls|union_default_mode|transform_null_in|final|totals_mode)$/,
  /^(prefer_column_name_to_alias|count_distinct_implementation|aggregate_functions_null_for_empty)$/,
  /^(low_cardinality_allow_in_native_format|use_skip_indexes|join_algorithm)$/,
]

/** Of HTTP or of a server; here they are kept by the endpoint itself or mean nothing. */
const ignored = new Set([
  'enable_http_compression',
  'http_zlib_compression_level',
  'http_native_compression_disable_checksumming_on_decompress',
  'http_write_exception_in_output_format',
  'http_headers_progress_interval_ms',
  'http_wait_end_of_query',
  'http_response_buffer_size',
  'http_send_timeout',
  'http_receive_timeout',
  'send_progress_in_http_headers',
  'cancel_http_readonly_queries_on_client_close',
  'add_http_cors_header',
  'log_queries',
  'log_comment',
])

/** Schemas and templates are files; the engine would read them with the rights of this process. */
const fromFiles = /^format_(schema|template)|_path$|_file$|^(input|output)_format_(schema|template)/

/** What `SET` gets for a request, its wishes first and what must hold last. */
export function settingsFor(
  asked: readonly Setting[],
  role: UserRole,
  limits: QueryLimits,
): readonly Setting[] {
  const wishes = asked.filter(([name, value]) => mayAsk(name, value, role))
  switch (role) {
    case 'reader':
      return [...wishes, ...caps(wishes, limits)]
    case 'writer':
      return [['max_execution_time', seconds(limits.queryTime)], ...wishes]
    case 'admin':
      return wishes
    default: {
      const unknown: never = role
      return unknown
    }
  }
}

function mayAsk(name: string, value: string, role: UserRole): boolean {
  if (!isPlainName(name))
    throw QueryError.of('BAD_ARGUMENTS', 'A parameter of the URL is no name of a setting')
  if (ignored.has(name)) return false
  if (name === 'readonly') return refuseWritable(value, role)
  if (fromFiles.test(name) || (role === 'reader' && !readable.some((pattern) => pattern.test(name)))) {
    throw QueryError.of('READONLY', `Setting ${name} cannot be changed here by ${role}s`)
  }
  return true
}

/** A reader is read-only whatever it says; saying it is fine, lifting it is not. */
function refuseWritable(value: string, role: UserRole): boolean {
  if (role === 'reader' && value !== '1' && value !== '2') {
    throw QueryError.of('READONLY', 'Setting readonly cannot be lifted')
  }
  return role !== 'reader'
}

/** A wish below the limit stands; one above it, or 0 for "none", becomes the limit. */
function caps(wishes: readonly Setting[], limits: QueryLimits): readonly Setting[] {
  const wish = new Map(wishes)
  const capped = (name: string, limit: number): Setting => {
    const value = Number(wish.get(name))
    return [name, value > 0 && value < limit ? String(value) : String(limit)]
  }
  return [
    capped('max_execution_time', limits.queryTime / 1000),
    capped('max_memory_usage', limits.queryMemory),
    capped('max_result_rows', limits.resultRows),
    capped('max_threads', threadsMax),
    // A function may not make a value that no limit of a query sees coming.
    ['function_range_max_elements_in_block', '10000000'],
    ['allow_introspection_functions', '0'],
    ['allow_ddl', '0'],
  ]
}

/** More than this many for one query would starve the others. */
const threadsMax = 16

const seconds = (ms: number) => String(ms / 1000)

export function setStatement(settings: readonly Setting[]): string {
  return `SET ${settings.map(([name, value]) => `${name} = ${stringLiteral(value)}`).join(', ')}`
}

export function parameterStatement(parameters: readonly Setting[]): string {
  return `SET ${parameters.map(([name, value]) => `param_${name} = ${stringLiteral(value)}`).join(', ')}`
}
