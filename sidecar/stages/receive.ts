import { GatewayError } from '../../contract/errors.ts'
import { JsonBody } from '../body/json-body.ts'
import { readMultipart } from '../body/multipart.ts'
import { readBody } from '../body/read.ts'
import type { Context } from '../context.ts'
import { type Endpoint, endpointOf } from '../endpoints.ts'
import { hintsOf } from '../hints.ts'
import type { Services } from '../services.ts'

/** Reads what the caller wants and who it says it is. */
export function receive(context: Context, services: Services): void | Promise<void> {
  const url = context.req.url ?? '/'
  const mark = url.indexOf('?')
  const pathname = mark < 0 ? url : url.slice(0, mark)
  context.path = url
  const endpoint = endpointOf(pathname)
  if (endpoint !== undefined) {
    context.dialectName = endpoint.dialect
    context.operation = endpoint.operation
  } else if (pathname.startsWith('/v1beta')) context.dialectName = 'gemini'
  context.dialect = services.dialects[context.dialectName]
  context.hints = hintsOf(context.req, undefined)
  context.trace = services.tracing?.startRequest(context.req.headers, context.operation)
  if (endpoint === undefined) throw new GatewayError('unknown_path')
  const method = context.req.method ?? 'GET'
  if (!endpoint.methods.includes(method)) {
    throw new GatewayError('method_not_allowed', `this path takes ${endpoint.methods.join(', ')}`)
  }
  if (endpoint.body === 'json') return receiveJson(context, endpoint)
  if (endpoint.body === 'stream') return receiveStream(context)
  return undefined
}

async function receiveJson(context: Context, endpoint: Endpoint): Promise<void> {
  const { limits } = context.snapshot.config
  requireJson(context.req.headers['content-type'])
  const bytes = await readBody(context.req, { bytesMax: limits.body, uploadMs: limits.upload })
  context.requestBytes = bytes.length
  const body = JsonBody.read(bytes)
  context.body = body
  context.hints = hintsOf(context.req, body)
  context.streamed = endpoint.stream ?? body.boolean('stream') ?? false
  context.wantsJsonArray = endpoint.stream === true && !/[?&]alt=sse(?:&|$)/.test(context.path)
  context.modelAsked = endpoint.model ?? body.string('model') ?? ''
}

/** Clients of curl's kind send JSON under a form's type; that is said, not guessed at. No type at all is JSON. */
function requireJson(type: string | undefined): void {
  if (type === undefined) return
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
    'this path takes JSON: send content-type: application/json',
  )
}

/** The body stays where it is; only the first fields of a form are looked at, for the model's name. */
async function receiveStream(context: Context): Promise<void> {
  const type = context.req.headers['content-type'] ?? ''
  if (!type.toLowerCase().startsWith('multipart/form-data')) return
  const form = await readMultipart(context.req, type, { uploadMs: context.snapshot.config.limits.upload })
  context.bodyPrefix = form.prefix
  context.isBodyWhole = form.isWhole
  context.modelAsked = form.fields['model'] ?? ''
  context.streamed = form.fields['stream'] === 'true'
}
