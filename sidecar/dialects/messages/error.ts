import type { ErrorKind } from '../../../contract/errors.ts'
import type { JsonObject } from '../../../contract/json.ts'
import type { ErrorBody } from '../dialect.ts'

const typeByKind: Readonly<Record<ErrorKind, string>> = {
  invalid_request: 'invalid_request_error',
  authentication: 'authentication_error',
  permission: 'permission_error',
  billing: 'billing_error',
  not_found: 'not_found_error',
  too_large: 'request_too_large',
  rate_limit: 'rate_limit_error',
  timeout: 'timeout_error',
  overloaded: 'overloaded_error',
  upstream: 'api_error',
  internal: 'api_error',
}

export function writeError(error: ErrorBody): JsonObject {
  const { param, message } = error
  // The shape has no field for the parameter, so the message begins with it, as Anthropic's do.
  const isNamed = param === undefined || words(message).includes(param)
  return {
    type: 'error',
    error: {
      type: typeByKind[error.kind],
      message: isNamed ? message : `${param}: ${message}`,
      details: { error_code: error.code },
    },
    request_id: error.requestId,
  }
}

/** Quotes and the colon after a name are not part of it. */
function words(message: string): readonly string[] {
  return message.split(/[\s`'",;:()]+/)
}

export function writeStreamError(error: ErrorBody): string {
  return `event: error\ndata: ${JSON.stringify(writeError(error))}\n\n`
}
