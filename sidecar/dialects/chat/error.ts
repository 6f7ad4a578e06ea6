import type { ErrorKind } from '../../../contract/errors.ts'
import type { JsonObject } from '../../../contract/json.ts'
import type { ErrorBody } from '../dialect.ts'

/** OpenAI's words; its SDKs choose the exception by the HTTP status. */
const typeOfKind: Readonly<Record<ErrorKind, string>> = {
  invalid_request: 'invalid_request_error',
  authentication: 'authentication_error',
  permission: 'permission_error',
  billing: 'insufficient_quota',
  not_found: 'invalid_request_error',
  too_large: 'invalid_request_error',
  rate_limit: 'rate_limit_error',
  timeout: 'timeout_error',
  overloaded: 'service_unavailable_error',
  upstream: 'server_error',
  internal: 'server_error',
}

export function writeError(error: ErrorBody): JsonObject {
  return {
    error: {
      message: error.message,
      type: typeOfKind[error.kind],
      param: error.param ?? null,
      code: error.code,
    },
  }
}

/** No `[DONE]` after it: a stream that died must not look complete. */
export function writeStreamError(error: ErrorBody): string {
  return `data: ${JSON.stringify(writeError(error))}\n\n`
}
