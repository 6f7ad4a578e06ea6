/** Why records wait. Few and fixed: they are labels of a metric. */
export const waitReasons = {
  unreachable: 'the warehouse cannot be reached',
  timeout: 'the warehouse does not answer in time',
  garbage: 'what answers at warehouse.url is no warehouse',
  login: 'the warehouse does not accept the user or the password',
  forbidden: 'the user of warehouse.url may not insert',
  read_only: 'the warehouse takes no writes',
  busy: 'the warehouse has too much to do',
  memory: 'the warehouse has too little memory',
  disk_full: 'the disk of the warehouse is full',
  schema: 'the schema of the warehouse is missing or older: run `sidelight warehouse migrate`',
  view: 'a view of the warehouse fails; its rows are tried again',
  receiver: 'the receiving `sidelight ingest` cannot take records now',
  disk: 'the spool directory cannot be read or written',
  unknown: 'the warehouse answers an error that is not known',
} as const

export type WaitReason = keyof typeof waitReasons

/** What became of one try. `refused` is about the rows themselves: others would have been taken. */
export type Outcome =
  | { readonly kind: 'taken' }
  | { readonly kind: 'wait'; readonly reason: WaitReason; readonly detail: string }
  | { readonly kind: 'refused'; readonly reason: string; readonly column: string }

export const taken: Outcome = { kind: 'taken' }

export function wait(reason: WaitReason, detail: string): Outcome {
  return { kind: 'wait', reason, detail }
}

type Code = readonly [name: string, reason: WaitReason]

/** Answers that are about the warehouse and not about the rows, by the number that starts the message. */
const waitingCodes: Readonly<Record<number, Code>> = {
  8: ['THERE_IS_NO_COLUMN', 'schema'],
  10: ['NOT_FOUND_COLUMN_IN_BLOCK', 'schema'],
  16: ['NO_SUCH_COLUMN_IN_TABLE', 'schema'],
  20: ['NUMBER_OF_COLUMNS_DOESNT_MATCH', 'schema'],
  47: ['UNKNOWN_IDENTIFIER', 'schema'],
  60: ['UNKNOWN_TABLE', 'schema'],
  81: ['UNKNOWN_DATABASE', 'schema'],
  159: ['TIMEOUT_EXCEEDED', 'timeout'],
  164: ['READONLY', 'read_only'],
  173: ['CANNOT_ALLOCATE_MEMORY', 'memory'],
  192: ['UNKNOWN_USER', 'login'],
  193: ['WRONG_PASSWORD', 'login'],
  194: ['REQUIRED_PASSWORD', 'login'],
  195: ['IP_ADDRESS_NOT_ALLOWED', 'forbidden'],
  201: ['QUOTA_EXCEEDED', 'busy'],
  202: ['TOO_MANY_SIMULTANEOUS_QUERIES', 'busy'],
  203: ['NO_FREE_CONNECTION', 'busy'],
  209: ['SOCKET_TIMEOUT', 'timeout'],
  210: ['NETWORK_ERROR', 'unreachable'],
  218: ['TABLE_IS_DROPPED', 'schema'],
  225: ['NO_ZOOKEEPER', 'unreachable'],
  236: ['ABORTED', 'busy'],
  241: ['MEMORY_LIMIT_EXCEEDED', 'memory'],
  242: ['TABLE_IS_READ_ONLY', 'read_only'],
  243: ['NOT_ENOUGH_SPACE', 'disk_full'],
  252: ['TOO_MANY_PARTS', 'busy'],
  254: ['NO_ACTIVE_REPLICAS', 'unreachable'],
  265: ['NO_AVAILABLE_REPLICA', 'unreachable'],
  279: ['ALL_CONNECTION_TRIES_FAILED', 'unreachable'],
  285: ['TOO_FEW_LIVE_REPLICAS', 'unreachable'],
  286: ['UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE', 'unreachable'],
  291: ['DATABASE_ACCESS_DENIED', 'forbidden'],
  319: ['UNKNOWN_STATUS_OF_INSERT', 'busy'],
  394: ['QUERY_WAS_CANCELLED', 'busy'],
  415: ['ALL_REPLICAS_LOST', 'unreachable'],
  497: ['ACCESS_DENIED', 'forbidden'],
  516: ['AUTHENTICATION_FAILED', 'login'],
  745: ['SERVER_OVERLOADED', 'busy'],
  774: ['TABLE_IS_PERMANENTLY_READ_ONLY', 'read_only'],
  778: ['MEMORY_RESERVATION_FAILED', 'memory'],
  999: ['KEEPER_EXCEPTION', 'unreachable'],
}

/** Errors of reading a row: nothing of the insert was written, and it will not be better next time. */
const readingCodes: Readonly<Record<number, string>> = {
  6: 'CANNOT_PARSE_TEXT',
  7: 'INCORRECT_NUMBER_OF_COLUMNS',
  25: 'CANNOT_PARSE_ESCAPE_SEQUENCE',
  26: 'CANNOT_PARSE_QUOTED_STRING',
  27: 'CANNOT_PARSE_INPUT_ASSERTION_FAILED',
  33: 'CANNOT_READ_ALL_DATA',
  38: 'CANNOT_PARSE_DATE',
  41: 'CANNOT_PARSE_DATETIME',
  72: 'CANNOT_PARSE_NUMBER',
  117: 'INCORRECT_DATA',
  130: 'CANNOT_READ_ARRAY_FROM_TEXT',
  131: 'TOO_LARGE_STRING_SIZE',
  376: 'CANNOT_PARSE_UUID',
  441: 'CANNOT_PARSE_DOMAIN_VALUE_FROM_STRING',
  467: 'CANNOT_PARSE_BOOL',
  632: 'UNEXPECTED_DATA_AFTER_PARSED_VALUE',
}

/** About a value too, but a view may answer them as well, when the row itself has been written. */
const valueCodes: Readonly<Record<number, string>> = {
  44: 'ILLEGAL_COLUMN',
  53: 'TYPE_MISMATCH',
  69: 'ARGUMENT_OUT_OF_BOUND',
  70: 'CANNOT_CONVERT_TYPE',
  321: 'VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE',
  349: 'CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN',
  407: 'DECIMAL_OVERFLOW',
  469: 'VIOLATED_CONSTRAINT',
}

/** An error that the warehouse itself answered. Its number is trusted: further back stands text of callers. */
export function outcomeOfError(code: number, message: string): Outcome {
  const [name, reason] = waitingCodes[code] ?? []
  if (name !== undefined && reason !== undefined) return wait(reason, name)
  const reading = readingCodes[code]
  if (reading !== undefined) return { kind: 'refused', reason: reading, column: columnIn(message) }
  const value = valueCodes[code]
  if (value === undefined) return wait('unknown', `code ${code}`)
  // With the row in its table, sending it again under another token would double it; the same token heals.
  if (/while (?:pushing to view|executing MV)/i.test(message)) return wait('view', value)
  return { kind: 'refused', reason: value, column: columnIn(message) }
}

/** The message shows values of the row, so nothing else of it is kept. */
function columnIn(message: string): string {
  return /while reading the value of key ([a-z0-9_]{1,64})\b/.exec(message)?.[1] ?? ''
}

const timeouts = new Set(['ETIMEDOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'ABORT_ERR'])

/** The connection failed before or while the answer came. */
export function outcomeOfConnection(code: string): Outcome {
  return wait(timeouts.has(code) ? 'timeout' : 'unreachable', code)
}
