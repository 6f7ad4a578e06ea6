/** Errors of the endpoint, with the numbers and names of ClickHouse, so that clients know them. */
const own = {
  BAD_ARGUMENTS: 36,
  SYNTAX_ERROR: 62,
  UNKNOWN_FORMAT: 73,
  NOT_IMPLEMENTED: 48,
  TIMEOUT_EXCEEDED: 159,
  READONLY: 164,
  QUERY_IS_TOO_LARGE: 325,
  TOO_MANY_SIMULTANEOUS_QUERIES: 202,
  LIMIT_EXCEEDED: 290,
  QUERY_WAS_CANCELLED: 394,
  TOO_MANY_ROWS_OR_BYTES: 396,
  ACCESS_DENIED: 497,
  AUTHENTICATION_FAILED: 516,
  CANNOT_DECOMPRESS: 271,
  UNKNOWN_COMPRESSION_METHOD: 89,
  STD_EXCEPTION: 1001,
} as const
export type ProblemName = keyof typeof own

/** A statement that could not be answered. The message may quote it, so it goes to its caller and to nobody else. */
export class QueryError extends Error {
  readonly code: number
  /** `UNKNOWN_TABLE` */
  readonly type: string
  readonly status: number

  constructor(code: number, type: string, message: string) {
    super(message)
    this.name = 'QueryError'
    this.code = code
    this.type = type
    this.status = statusOf(type)
  }

  static of(type: ProblemName, message: string): QueryError {
    return new QueryError(own[type], type, `Code: ${own[type]}. DB::Exception: ${message}. (${type})`)
  }

  /** What the engine threw, or a bug of ours. */
  static from(error: unknown): QueryError {
    if (error instanceof QueryError) return error
    const text = error instanceof Error ? error.message : String(error)
    const code = /^Code: (\d+)\./.exec(text)?.[1]
    if (code === undefined) return QueryError.of('STD_EXCEPTION', text === '' ? 'unknown error' : text)
    const type = [...text.matchAll(/\(([A-Z][A-Z0-9_]{2,})\)/g)].at(-1)?.[1] ?? 'STD_EXCEPTION'
    return new QueryError(Number(code), type, text)
  }
}

/** As ClickHouse answers, except where a client should come back later: there a 429. */
function statusOf(type: string): number {
  switch (type) {
    case 'AUTHENTICATION_FAILED':
    case 'ACCESS_DENIED':
    case 'READONLY':
      return 403
    case 'TIMEOUT_EXCEEDED':
      return 408
    case 'QUERY_IS_TOO_LARGE':
    case 'LIMIT_EXCEEDED':
      return 413
    case 'TOO_MANY_SIMULTANEOUS_QUERIES':
      return 429
    case 'UNKNOWN_COMPRESSION_METHOD':
      return 415
    case 'NOT_IMPLEMENTED':
      return 501
    default:
      return notFound.test(type) ? 404 : badRequest.test(type) ? 400 : 500
  }
}

const notFound =
  /^UNKNOWN_(TABLE|FUNCTION|IDENTIFIER|TYPE|STORAGE|DATABASE|SETTING|DIRECTION_OF_SORTING|AGGREGATE_FUNCTION|FORMAT|DATABASE_ENGINE|TYPE_OF_QUERY|ROLE|QUERY_PARAMETER)$/
const badRequest =
  /^(CANNOT_PARSE_.*|CANNOT_READ_.*|CANNOT_DECOMPRESS|CANNOT_DETECT_FORMAT|ATTEMPT_TO_READ_AFTER_EOF|SYNTAX_ERROR|INCORRECT_DATA|TYPE_MISMATCH|VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE|TOO_DEEP_AST|TOO_BIG_AST|UNEXPECTED_AST_STRUCTURE|UNKNOWN_ELEMENT_IN_AST|ILLEGAL_.*|BAD_ARGUMENTS|BAD_QUERY_PARAMETER|NUMBER_OF_.*|NO_SUCH_COLUMN_IN_TABLE|THERE_IS_NO_COLUMN|NOT_AN_AGGREGATE|AMBIGUOUS_.*|EMPTY_QUERY|BAD_TYPE_OF_FIELD|.*_DOESNT_MATCH|TOO_LARGE_STRING_SIZE)$/
