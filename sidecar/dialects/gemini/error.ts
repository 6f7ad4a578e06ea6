import type { ErrorKind } from '../../../contract/errors.ts'
import type { JsonObject } from '../../../contract/json.ts'
import type { ErrorBody } from '../dialect.ts'

/** google.rpc.Code by kind: what Google's clients branch on. */
const statuses: Readonly<Record<ErrorKind, string>> = {
  invalid_request: 'INVALID_ARGUMENT',
  authentication: 'UNAUTHENTICATED',
  permission: 'PERMISSION_DENIED',
  billing: 'RESOURCE_EXHAUSTED',
  not_found: 'NOT_FOUND',
  too_large: 'INVALID_ARGUMENT',
  rate_limit: 'RESOURCE_EXHAUSTED',
  timeout: 'DEADLINE_EXCEEDED',
  overloaded: 'UNAVAILABLE',
  upstream: 'UNAVAILABLE',
  internal: 'INTERNAL',
}

export function writeError(error: ErrorBody): JsonObject {
  return {
    error: {
      code: error.status,
      message: error.message,
      status: statuses[error.kind],
      details: [
        {
          '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
          reason: error.code.toUpperCase(),
          domain: 'sidelight',
          metadata: {
            requestId: error.requestId,
            ...(error.param === undefined ? {} : { param: error.param }),
          },
        },
      ],
    },
  }
}
