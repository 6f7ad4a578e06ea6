import { GatewayError } from '../../../contract/errors.ts'
import type { Attempt, Context } from '../../context.ts'
import type { Fault } from '../../conversation/fault.ts'
import type { Lane } from '../../lanes/lane.ts'
import type { Address, Call, HeaderList } from '../../providers/provider.ts'
import type { Services } from '../../services.ts'
import { Exchange } from '../../upstream/exchange.ts'
import { headersForProvider } from '../../upstream/headers.ts'
import type { OutgoingBody } from './body.ts'
import type { Prepared } from './prepare.ts'

export interface OpenAsk extends Prepared {
  readonly attempt: Attempt
  readonly outgoing: OutgoingBody
  /** On a connection that nobody used before. */
  readonly isFresh: boolean
}

export type Opened =
  | { readonly kind: 'exchange'; readonly exchange: Exchange }
  | { readonly kind: 'fault'; readonly fault: Fault }

/** Signs the request and sends it on its way: at once, unless a token must be fetched for it. */
export function openExchange(context: Context, services: Services, from: OpenAsk): Opened | Promise<Opened> {
  const { candidate, call } = from
  const { provider } = candidate.provider
  try {
    const address = provider.address(call)
    const { body } = from.outgoing
    const nowMs = services.nowMs()
    // Whoever signs the body has it in one piece: it was written here, not passed on.
    const signing = provider.sign({ call, address, body: onePiece(body), nowMs })
    const send = (signed: HeaderList): Opened => ({
      kind: 'exchange',
      exchange: open(context, services, { ...from, address, signed }),
    })
    return Array.isArray(signing) ? send(signing) : signing.then(send).catch(faultOpened)
  } catch (error) {
    return faultOpened(error)
  }
}

function onePiece(body: OutgoingBody['body']): Buffer | undefined {
  return Array.isArray(body) && body.length === 1 ? body[0] : undefined
}

function faultOpened(error: unknown): Opened {
  return { kind: 'fault', fault: signingFault(error) }
}

/** Without credentials one provider cannot be asked; another may have its own. */
function signingFault(error: unknown): Fault {
  if (error instanceof GatewayError && error.code === 'provider_key_missing')
    return { class: 'credentials', status: 0, code: error.code, message: error.message }
  const message = 'the credentials for the provider could not be obtained'
  return { class: 'outage', status: 0, code: 'token_unavailable', message }
}

function open(
  context: Context,
  services: Services,
  from: OpenAsk & { address: Address; signed: HeaderList },
): Exchange {
  const { candidate, call, lane, attempt, address } = from
  const { settings } = candidate.provider
  const { body, length } = from.outgoing
  const signed = withoutCallersOwn(from.signed, context, call)
  const headers = upstreamHeaders(context, { call, signed, lane })
  if (length !== undefined) headers.push('content-length', String(length))
  attempt.trace = context.trace?.startAttempt({
    provider: settings.name,
    kind: settings.kind,
    model: candidate.model,
    operation: call.operation,
  })
  attempt.trace?.inject(headers)
  const { pools } = services
  const { connectMs } = candidate.timeouts
  const upstream = from.isFresh ? pools.once(address.origin, connectMs) : pools.get(address.origin, connectMs)
  const pieces = Array.isArray(body) && body.length > 1
  if (pieces) headers.push('content-length', String(body.reduce((sum, piece) => sum + piece.length, 0)))
  const sent = onePiece(body) ?? body
  return new Exchange(upstream, { method: call.method, path: address.path, headers, body: sent })
}

/** A caller of the same API states its own version of it; ours is for callers of another. */
function withoutCallersOwn(signed: HeaderList, context: Context, call: Call): HeaderList {
  const at = signed.indexOf('anthropic-version')
  if (at < 0 || call.format !== context.dialectName || context.req.headers['anthropic-version'] === undefined)
    return signed
  return signed.toSpliced(at, 2)
}

function upstreamHeaders(context: Context, from: { call: Call; signed: HeaderList; lane: Lane }): string[] {
  const { call, signed } = from
  const translated = call.operation === 'generate' && call.format !== context.dialectName
  const replaced: string[] = []
  for (let index = 0; index < signed.length; index += 2) replaced.push((signed[index] ?? '').toLowerCase())
  for (const name in call.settings.headers) replaced.push(name.toLowerCase())
  if (from.lane.body !== undefined) replaced.push('content-type')
  if (context.callerKeyHeader !== '') replaced.push(context.callerKeyHeader)
  replaced.push(...context.withheldHeaders)
  const headers = headersForProvider(context.req.rawHeaders, {
    forwardCredentials: call.settings.auth === 'forward',
    translated,
    replaced,
    opaque: from.lane.body === undefined,
  })
  if (from.lane.body !== undefined) headers.push('content-type', 'application/json')
  headers.push(...signed)
  for (const [name, value] of Object.entries(call.settings.headers)) headers.push(name, value)
  return headers
}
