/**
 * Every error Sidelight itself can answer with. Dialects turn `kind` into their own type names, so an
 * entry is written once. Messages name what is wrong and how to mend it; they never contain content of
 * the request.
 */
export type ErrorKind =
  | 'invalid_request'
  | 'authentication'
  | 'permission'
  | 'billing'
  | 'not_found'
  | 'too_large'
  | 'rate_limit'
  | 'timeout'
  | 'overloaded'
  | 'upstream'
  | 'internal'

interface ErrorEntry {
  readonly status: number
  readonly kind: ErrorKind
  /** One sentence for the docs: when it happens and what to do. */
  readonly help: string
}

const entry = (status: number, kind: ErrorKind, help: string): ErrorEntry => ({ status, kind, help })

export const errorCatalogue = {
  invalid_json: entry(400, 'invalid_request', 'The body is not valid JSON. Send one JSON object in UTF-8.'),
  invalid_utf8: entry(400, 'invalid_request', 'The body is not valid UTF-8.'),
  invalid_body: entry(
    400,
    'invalid_request',
    'A field is missing or has the wrong type; the message names it.',
  ),
  nesting_too_deep: entry(400, 'invalid_request', 'The JSON nests deeper than 256 levels.'),
  bad_request: entry(400, 'invalid_request', 'The HTTP request itself is malformed.'),
  untranslatable: entry(
    400,
    'invalid_request',
    'The request uses something the chosen provider cannot express.',
  ),
  unsupported_media_type: entry(
    415,
    'invalid_request',
    'Send `content-type: application/json`, or multipart where the endpoint takes files.',
  ),
  unsupported_encoding: entry(415, 'invalid_request', 'Send the body plain or as gzip, br, zstd or deflate.'),
  body_too_large: entry(413, 'too_large', 'The body is over `limits.body` (32 MiB by default).'),
  headers_too_large: entry(431, 'invalid_request', 'The request headers are over 64 kB.'),
  method_not_allowed: entry(405, 'invalid_request', 'The path exists, but not with this method.'),
  unknown_path: entry(404, 'not_found', 'No such path. Paths of the data plane start with /v1/ or /v1beta/.'),
  unknown_model: entry(
    404,
    'not_found',
    'The model is no route, no `provider/model`, and no configured provider offers it alone.',
  ),
  ambiguous_model: entry(
    404,
    'not_found',
    'More than one provider offers the model: write `provider/model`.',
  ),
  unknown_provider: entry(404, 'not_found', 'No provider of this name is configured.'),
  unknown_route: entry(404, 'not_found', 'No route of this name is configured.'),
  endpoint_unsupported: entry(400, 'invalid_request', 'No candidate of the route offers this endpoint.'),
  missing_key: entry(401, 'authentication', 'Send a Sidelight key as bearer token or x-api-key.'),
  invalid_key: entry(401, 'authentication', 'The key is not one of `keys` in the configuration.'),
  route_denied: entry(403, 'permission', 'The key may not use this route: see `routes` of the key.'),
  role_denied: entry(
    403,
    'permission',
    'Only the evals may say `x-sidelight-role`, with the token of this sidecar.',
  ),
  forbidden_origin: entry(403, 'permission', 'The Host or Origin of the request is not one that is served.'),
  rate_limited: entry(
    429,
    'rate_limit',
    'The key is over its requests or tokens per minute; Retry-After says when to come back.',
  ),
  budget_exhausted: entry(429, 'billing', 'The key has spent its budget for this period.'),
  personal_data_blocked: entry(
    400,
    'invalid_request',
    'The request holds personal data or secrets that `mask` blocks; the message names types and counts.',
  ),
  unscanned_content: entry(
    400,
    'invalid_request',
    'The route masks, and the request has a body or parts that nothing can look into.',
  ),
  mask_over_budget: entry(
    400,
    'too_large',
    'Looking for personal data would take more than `mask.budget` allows.',
  ),
  mask_failed: entry(
    500,
    'internal',
    'Looking for personal data failed, and nothing is sent unmasked. The request id finds it in the log.',
  ),
  output_blocked: entry(
    400,
    'invalid_request',
    'The answer holds personal data or secrets that `mask.output` blocks.',
  ),
  prompt_injection_blocked: entry(
    400,
    'invalid_request',
    'The request looks like an attempt to override instructions, and `guard` of the route blocks these.',
  ),
  guard_failed: entry(
    503,
    'overloaded',
    'The classifier that `guard` asks before anything is sent did not answer.',
  ),
  provider_key_missing: entry(
    401,
    'authentication',
    "The provider's key variable is not set in the environment of Sidelight.",
  ),
  no_candidate: entry(
    503,
    'overloaded',
    'No candidate of the route can serve this request now; the message names the reasons.',
  ),
  context_too_long: entry(
    400,
    'invalid_request',
    'The prompt and the answer it asks for fit into the context window of no candidate; the message has the numbers.',
  ),
  upstream_unreachable: entry(502, 'upstream', 'The provider could not be reached.'),
  upstream_timeout: entry(504, 'timeout', "The provider did not answer within the route's timeouts."),
  upstream_invalid: entry(502, 'upstream', 'The provider answered something that is not an answer.'),
  upstream_truncated: entry(502, 'upstream', 'The provider ended the answer before it was complete.'),
  upload_timeout: entry(408, 'timeout', 'The body did not arrive within `limits.upload`.'),
  headers_timeout: entry(408, 'timeout', 'The head of the request did not arrive within 80 seconds.'),
  not_cached: entry(
    504,
    'timeout',
    'The request asked for a cached answer only, and there is none: leave out `only` or `only-if-cached`.',
  ),
  not_implemented: entry(501, 'invalid_request', 'This version does not offer that; the message names it.'),
  draining: entry(503, 'overloaded', 'This sidecar is shutting down; try the next one.'),
  too_many_connections: entry(
    503,
    'overloaded',
    'The sidecar serves as many requests as `limits.inFlight` allows.',
  ),
  spool_full: entry(
    503,
    'overloaded',
    'The spool can take no more records, and `spool.full: refuse` asks not to serve without one.',
  ),
  internal_error: entry(500, 'internal', 'A bug in Sidelight. The request id finds it in the log.'),
} as const satisfies Record<string, ErrorEntry>

export type ErrorCode = keyof typeof errorCatalogue

export class GatewayError extends Error {
  readonly code: ErrorCode
  readonly status: number
  readonly kind: ErrorKind
  /** The field or parameter at fault, when there is one. */
  readonly param: string | undefined
  readonly retryAfterMs: number | undefined

  constructor(
    code: ErrorCode,
    message?: string,
    more: { param?: string; retryAfterMs?: number; status?: number; kind?: ErrorKind } = {},
  ) {
    super(message ?? errorCatalogue[code].help)
    this.name = 'GatewayError'
    this.code = code
    this.status = more.status ?? errorCatalogue[code].status
    this.kind = more.kind ?? errorCatalogue[code].kind
    this.param = more.param
    this.retryAfterMs = more.retryAfterMs
  }
}
