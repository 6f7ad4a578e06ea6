import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isObject, type JsonObject, stringAt } from '../../../contract/json.ts'
import { baseModel, type Controls, controlsOf, healthy, misbehaves, paced, settingsOf } from './controls.ts'
import { deliver } from './deliver.ts'
import { formField } from './media.ts'
import { countOne, type Meter, type MeterCounts, newMeter } from './meter.ts'
import { noUsage } from './plan.ts'
import { type PromptCache, promptCache } from './prompt-cache.ts'
import { type Exchange, Refusal, type Reply } from './reply.ts'
import { routeFor, type SimulatedRoute } from './routes.ts'
import { drawFrom } from './text.ts'

export interface SimulatedOptions {
  readonly host?: string
  readonly port?: number
  readonly now?: () => number
}

export interface SimulatedServer extends AsyncDisposable {
  readonly origin: string
  readonly meter: Meter
  /**
   * How every request, or every request of one model, is answered from now on: the settings of the
   * `x-simulate` header, which still win. An empty text ends it.
   */
  simulate(settings: string, model?: string): void
  close(): Promise<void>
}

interface State {
  readonly meter: MeterCounts
  readonly cache: PromptCache
  readonly standing: Map<string, string>
  /** How often each set of settings with `times` has misbehaved. */
  readonly misbehaved: Map<string, number>
  readonly now: () => number
}

/**
 * A provider that answers without key and network, the same for the same question. It is a real HTTP
 * server on loopback, so what is measured and tested in front of it takes the real path.
 */
export async function startSimulatedServer(options: SimulatedOptions = {}): Promise<SimulatedServer> {
  const state: State = {
    meter: newMeter(),
    cache: promptCache(),
    standing: new Map(),
    misbehaved: new Map(),
    now: options.now ?? Date.now,
  }
  const closing = new AbortController()
  const server = createServer({ requestTimeout: 0, keepAliveTimeout: 75_000 }, (request, response) => {
    // A caller who leaves ends the answer; there is nobody to tell.
    answer({ request, response, state, closing: closing.signal }).catch(() => response.destroy())
  })
  server.on('connection', (socket) => {
    state.meter.openSockets++
    socket.once('close', () => state.meter.openSockets--)
  })
  server.listen(options.port ?? 0, options.host ?? '127.0.0.1')
  await once(server, 'listening')
  // The process ends when its own work ends, not when its simulated provider does.
  server.unref()
  const { address, port } = server.address() as AddressInfo

  const close = async () => {
    closing.abort()
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  return {
    origin: `http://${address.includes(':') ? `[${address}]` : address}:${port}`,
    meter: state.meter,
    simulate: (settings, model = '') => void state.standing.set(model, settings),
    close,
    [Symbol.asyncDispose]: close,
  }
}

interface Answering {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly state: State
  readonly closing: AbortSignal
}

async function answer({ request, response, state, closing }: Answering): Promise<void> {
  const { meter } = state
  meter.requests++
  meter.inFlight++
  const serial = meter.requests
  const left = new AbortController()
  let isDelivered = false
  response.once('close', () => {
    meter.inFlight--
    if (!isDelivered && !response.writableFinished) meter.aborted++
    left.abort()
  })
  const exchange = await readExchange(request, state, serial)
  const route = routeFor(exchange.path, exchange.method)
  countOne(meter.byModel, baseModel(exchange.model))
  countOne(meter.byPath, exchange.path)
  const { reply, controls, complaint } = handle(route, exchange)
  const requestId = `req_sim_${serial}`
  const signal = AbortSignal.any([left.signal, closing])
  await deliver({ response, reply, controls, complaint, wire: route.wire, meter, signal, requestId })
  isDelivered = true
}

/** As much as the largest body the sidecar lets through, doubled. */
const bodyBytesMax = 64 * 1024 * 1024

async function readExchange(request: IncomingMessage, state: State, serial: number): Promise<Exchange> {
  const raw = await readBody(request)
  const url = new URL(request.url ?? '/', 'http://simulated')
  const contentType = request.headers['content-type'] ?? ''
  const body = contentType.includes('json') ? parse(raw) : {}
  const path = decodeURIComponent(url.pathname)
  const fromPath = path.match(/\/models\/(.+):[^:]+$|^\/model\/(.+)\/converse/)
  const multipart = contentType.startsWith('multipart/') ? formField({ raw }, 'model') : undefined
  const model = fromPath?.[1] ?? fromPath?.[2] ?? stringAt(body, 'model') ?? multipart ?? ''
  const header = request.headers['x-simulate']
  const controls = controlsFor(model, typeof header === 'string' ? header : '', { state, serial })
  return {
    method: request.method ?? 'GET',
    path,
    query: url.searchParams,
    contentType,
    raw,
    body,
    model,
    nowMs: state.now(),
    controls,
    cache: state.cache,
    serial,
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    length += chunk.length
    if (length > bodyBytesMax) throw new Error('body too large')
    chunks.push(chunk)
  }
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)
}

function parse(raw: Buffer): JsonObject {
  try {
    const body: unknown = JSON.parse(raw.toString('utf8'))
    return isObject(body) ? body : {}
  } catch {
    return {}
  }
}

function controlsFor(
  model: string,
  header: string,
  { state, serial }: { state: State; serial: number },
): Controls {
  const standing = `${state.standing.get('') ?? ''};${state.standing.get(baseModel(model)) ?? ''}`
  const settings = settingsOf(model, standing, header)
  const controls = paced(controlsOf(settings), String(serial))
  if (!misbehaves(controls)) return controls
  if (controls.share < 1 && drawFrom(`share ${serial}`)(1000) >= controls.share * 1000)
    return healthy(controls)
  if (controls.times === undefined) return controls
  const key = JSON.stringify([...settings])
  const before = state.misbehaved.get(key) ?? 0
  state.misbehaved.set(key, before + 1)
  return before < controls.times ? controls : healthy(controls)
}

interface Handled {
  readonly reply: Reply
  readonly controls: Controls
  readonly complaint?: string
}

function handle(route: SimulatedRoute, exchange: Exchange): Handled {
  try {
    return { reply: route.handler(exchange), controls: exchange.controls }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const reply = { kind: 'json', body: {}, usage: noUsage } as const
    const controls = { ...healthy(exchange.controls), status: error.status }
    return { reply, controls, complaint: error.message }
  }
}
