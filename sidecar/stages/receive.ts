import type { IncomingMessage } from 'node:http'
import { GatewayError } from '../../contract/errors.ts'
import { JsonBody } from '../body/json-body.ts'
import { readMultipart } from '../body/multipart.ts'
import { announcedBytes, readBody } from '../body/read.ts'
import type { Context } from '../context.ts'
import { wantsEventStream } from '../dialects/gemini/path.ts'
import { dialectOf, type Endpoint, endpointOf, hasDotSegments, targetOf } from '../endpoints.ts'
import { feedbackBytesMax, readFeedback } from '../feedback/read.ts'
import { hintsOf, withCustomerOf } from '../hints.ts'
import { callerOf, knownCaller, presentedKey, splitKey } from '../limits/caller-key.ts'
import { isForeign } from '../limits/foreign.ts'
import { jobOf } from '../limits/job.ts'
import type { Services } from '../services.ts'

/** Node gives headers without end within its limit of bytes; more than this is an attack or a mistake. */
const headersMax = 2000
/** The longest names are ARNs of Bedrock and resource paths of Vertex. */
const modelCharsMax = 1024

/** What callers may send; the parser takes twice as much, so that a refusal knows its path and has a record. */
export const headBytesMax = 65_536

/** Reads what the caller wants and who it says it is. Who may not pass is refused before its body is read. */
export function receive(context: Context, services: Services): void | Promise<void> {
  const { pathname, path } = targetOf(context.req.url ?? '/')
  const endpoint = endpointOf(pathname)
  context.path = path
  context.dialectName = endpoint?.dialect ?? dialectOf(pathname)
  context.operation = endpoint?.operation ?? 'other'
  context.hints = hintsOf(context.req)
  context.isFeedback = pathname === '/v1/feedback'
  if (!context.isFeedback)
    context.trace = services.tracing?.startRequest(context.req.headers, context.operation)
  if (context.isOverCapacity)
    throw new GatewayError('too_many_connections', undefined, { retryAfterMs: 1000 })
  checkHead(context, pathname)
  if (endpoint === undefined) throw new GatewayError('unknown_path')
  identify(context)
  checkEndpoint(context, endpoint)
  if (context.isFeedback) return receiveFeedback(context, services)
  if (endpoint.body === 'json') return receiveJson(context, services, endpoint)
  if (endpoint.body === 'stream') return receiveStream(context, services)
  return undefined
}

function checkHead(context: Context, pathname: string): void {
  const { req } = context
  if (req.rawHeaders.length > 2 * headersMax)
    throw new GatewayError('headers_too_large', `The request has more than ${headersMax} header fields.`)
  if (headBytes(req) > headBytesMax) throw new GatewayError('headers_too_large')
  if (req.headers.host === undefined && req.httpVersion === '1.1')
    throw new GatewayError('bad_request', 'HTTP/1.1 requests need a Host header.')
  // Where two readers disagree on the end of a body, one of them takes its rest for another request.
  const coding = req.headers['transfer-encoding']
  if (coding !== undefined && coding.trim().toLowerCase() !== 'chunked')
    throw new GatewayError('bad_request', 'Transfer-Encoding may only be chunked.')
  if (hasDotSegments(pathname))
    throw new GatewayError('bad_request', 'The path has `.` or `..` segments: send it resolved.')
}

/** As Node's parser counts, but for the first line's method and version. */
function headBytes(req: IncomingMessage): number {
  let bytes = (req.url ?? '').length
  for (const text of req.rawHeaders) bytes += text.length + 2
  return bytes
}

function checkEndpoint(context: Context, endpoint: Endpoint): void {
  const { req } = context
  if (!endpoint.methods.includes(req.method ?? ''))
    throw new GatewayError('method_not_allowed', `This path takes ${endpoint.methods.join(', ')}.`)
  if (req.headers.upgrade?.toLowerCase() === 'websocket')
    throw new GatewayError('not_implemented', 'WebSockets are not served: use HTTP with `stream: true`.')
}

/** With no keys configured every program that gets here may use it, but not every page in its user's browser. */
function identify(context: Context): void {
  const { snapshot, req } = context
  const { config, callers, jobTokenHash } = snapshot
  const inQuery = context.dialectName === 'gemini' ? splitKey(context.path) : undefined
  if (inQuery !== undefined) context.path = inQuery.path
  const job = jobOf(req.headers, jobTokenHash)
  // Its token stands for a key: none of the callers' is spent on it.
  if (job !== undefined) {
    context.job = job
    return
  }
  // As configured, not as found: a variable that was forgotten must not open the port.
  if (config.keys.length > 0) {
    const presented = presentedKey(req.headers, inQuery?.key)
    const caller = config.keysRequired ? callerOf(callers, presented) : knownCaller(callers, presented)
    if (caller !== undefined) {
      context.callerKey = caller
      context.callerKeyHeader = presented?.header ?? ''
      return
    }
  }
  const { host, origin } = req.headers
  const from = { host, origin, fetchSite: req.headers['sec-fetch-site'] }
  if (isForeign(from, config)) {
    throw new GatewayError(
      'forbidden_origin',
      'The Host or Origin of this request is a public name: configure `keys`, or list the name in `allowedHosts`.',
    )
  }
}

async function receiveJson(context: Context, { waits }: Services, endpoint: Endpoint): Promise<void> {
  const { limits } = context.snapshot.config
  requireJson(context.req.headers['content-type'])
  const bytes = await readBody(context.req, { bytesMax: limits.body, uploadMs: limits.upload, waits })
  context.requestBytes = bytes.length
  const body = JsonBody.read(bytes)
  context.body = body
  context.hints = withCustomerOf(body, context.hints)
  context.streamed = endpoint.stream ?? body.boolean('stream') ?? false
  context.wantsJsonArray = endpoint.stream === true && !wantsEventStream(context.path)
  if (endpoint.model === undefined && body.has('model') && body.string('model') === undefined)
    throw new GatewayError('invalid_body', 'The field model must be a string.', { param: 'model' })
  context.modelAsked = modelName(endpoint.model ?? body.string('model') ?? '')
}

async function receiveFeedback(context: Context, { waits }: Services): Promise<void> {
  const { limits } = context.snapshot.config
  requireJson(context.req.headers['content-type'])
  const bytesMax = Math.min(limits.body, feedbackBytesMax)
  const bytes = await readBody(context.req, { bytesMax, uploadMs: limits.upload, waits })
  context.requestBytes = bytes.length
  context.feedback = readFeedback(JsonBody.read(bytes).parse())
}

/** The name goes into paths, headers and labels: what no model is called is refused here, once for all of them. */
function modelName(text: string): string {
  const problem =
    text.length > modelCharsMax
      ? `is longer than ${modelCharsMax} characters`
      : /\p{Cc}/u.test(text) || !text.isWellFormed()
        ? 'holds control characters or broken Unicode'
        : hasDotSegments(text)
          ? 'has `.` or `..` between slashes'
          : undefined
  if (problem === undefined) return text
  throw new GatewayError('invalid_body', `The name in the field model ${problem}.`, { param: 'model' })
}

/** Clients of curl's kind send JSON under a form's type; that is said, not guessed at. No type at all is JSON. */
function requireJson(type: string | undefined): void {
  if (type === undefined || type === 'application/json') return
  const essence = (type.split(';')[0] ?? '').trim().toLowerCase()
  if (
    essence === 'application/json' ||
    essence.endsWith('+json') ||
    essence === 'text/json' ||
    essence === 'text/plain' ||
    essence === ''
  )
    return
  throw new GatewayError(
    'unsupported_media_type',
    'This path takes JSON: send `content-type: application/json`.',
  )
}

/** The body stays where it is; only the first fields of a form are looked at, for the model's name. */
async function receiveStream(context: Context, { waits }: Services): Promise<void> {
  const { req } = context
  context.requestBytes = announcedBytes(req) ?? 0
  const type = req.headers['content-type'] ?? ''
  if (!type.toLowerCase().startsWith('multipart/form-data')) return
  const form = await readMultipart(req, type, { uploadMs: context.snapshot.config.limits.upload, waits })
  context.form = form
  context.modelAsked = modelName(form.fields['model'] ?? '')
  context.streamed = form.fields['stream'] === 'true'
}
