import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Controls, Fault } from './controls.ts'
import { addTokens, countOne, type MeterCounts } from './meter.ts'
import type { Reply, StreamFrame, Wire } from './reply.ts'

export interface Delivery {
  readonly response: ServerResponse
  readonly reply: Reply
  readonly controls: Controls
  readonly wire: Wire
  /** What is wrong with the request, where something is. */
  readonly complaint?: string | undefined
  readonly meter: MeterCounts
  /** Aborted when the caller leaves or the server closes. */
  readonly signal: AbortSignal
  readonly requestId: string
}

/** Sends a reply at the pace and with the faults that were asked for. Rejects only when the signal aborts. */
export async function deliver(delivery: Delivery): Promise<void> {
  const { controls, signal, response, meter } = delivery
  const fault = controls.fault?.name
  await pause(controls.latencyMs, signal)
  if (fault === 'reset') {
    countOne(meter.byStatus, '0')
    response.socket?.resetAndDestroy()
    return
  }
  if (fault === 'hang-headers') return stall(signal)
  const refusal = controls.refuse && delivery.wire.refusals[controls.refuse]
  if (refusal !== undefined) return refuse(delivery, { ...controls, code: undefined, ...refusal })
  if (controls.status !== 200 && fault !== 'html') return refuse(delivery, controls)
  if (fault === 'html' || fault === 'empty' || fault === 'hang') return odd(delivery)
  if (delivery.reply.kind === 'stream') return stream(delivery, delivery.reply)
  return whole(delivery)
}

function head({ response, meter, requestId, controls }: Delivery, status: number, contentType: string): void {
  countOne(meter.byStatus, String(status))
  response.statusCode = status
  response.setHeader('content-type', contentType)
  response.setHeader('x-request-id', requestId)
  if (controls.retryAfter !== undefined) response.setHeader('retry-after', controls.retryAfter)
}

function refuse(delivery: Delivery, words: Pick<Controls, 'status' | 'code' | 'retryAfter'>): void {
  const { wire, response, complaint } = delivery
  const said = complaint === undefined ? words : { ...words, message: complaint }
  head(delivery, words.status, 'application/json')
  response.end(JSON.stringify(wire.error(words.status, said)))
}

const htmlPage =
  '<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>\n'

async function odd(delivery: Delivery): Promise<void> {
  const { controls, response, reply, signal } = delivery
  const usual = reply.kind === 'json' ? 'application/json' : reply.contentType
  head(delivery, controls.status, controls.fault?.name === 'html' ? 'text/html' : usual)
  if (controls.fault?.name === 'hang') {
    response.flushHeaders()
    return stall(signal)
  }
  response.end(controls.fault?.name === 'html' ? htmlPage : '')
}

async function whole(delivery: Delivery): Promise<void> {
  const { reply, controls, response, signal, wire, meter } = delivery
  if (reply.kind === 'stream') return
  await pause(controls.firstMs + controls.gapMs * reply.usage.output, signal)
  const fault = controls.fault?.name
  const isJson = reply.kind === 'json'
  const usual = isJson ? Buffer.from(JSON.stringify(reply.body)) : reply.bytes
  const bytes = fault === 'error-first' ? Buffer.from(JSON.stringify(wire.error(503, controls))) : usual
  const half = bytes.subarray(0, bytes.length >> 1)
  const isCut = fault === 'cut-json' || fault === 'malformed' || fault === 'garble' || fault === 'end'
  const sent = isCut ? half : bytes
  head(delivery, (isJson && reply.status) || 200, isJson ? 'application/json' : reply.contentType)
  response.setHeader('content-length', sent.length)
  if (fault === 'truncate' || fault === 'error-event' || fault === 'stall') {
    response.write(half)
    if (fault === 'stall') return stall(signal)
    // The bytes should be on their way before the socket dies.
    await sleep(1)
    response.socket?.destroy()
    return
  }
  addTokens(meter, reply.usage)
  response.end(sent)
}

type Stream = Extract<Reply, { kind: 'stream' }>

async function stream(delivery: Delivery, reply: Stream): Promise<void> {
  const { response, controls, meter, wire } = delivery
  head(delivery, 200, reply.contentType)
  response.setHeader('cache-control', 'no-cache')
  response.flushHeaders()
  if (controls.fault?.name === 'error-first') {
    response.end(wire.errorFrame(controls), encodingOf(reply))
    return
  }
  const { output: _, reasoning: __, ...input } = reply.usage
  addTokens(meter, input)
  await waitForFirst(delivery)
  const { frames } = reply
  const kept = controls.fault?.name === 'no-done' ? frames.filter((frame) => !frame.terminal) : frames
  const fault = placed(controls.fault, kept.length)
  const isStopped = fault !== undefined && stops.has(fault.name)
  const sent = damaged(isStopped ? kept.slice(0, fault.at) : kept, fault)
  await sendFrames(delivery, sent, encodingOf(reply))
  if (isStopped) return breakOff(delivery)
  addTokens(meter, { reasoning: reply.usage.reasoning })
  response.end()
}

const encodingOf = ({ encoding }: Stream): BufferEncoding => encoding ?? 'utf8'

/** A share of the frames becomes a number of them. */
function placed(fault: Fault | undefined, frames: number): Fault | undefined {
  if (fault === undefined || fault.at === 0 || fault.at >= 1) return fault
  return { ...fault, at: Math.max(1, Math.floor(fault.at * frames)) }
}

/** After these no further frame comes. */
const stops: ReadonlySet<string> = new Set(['truncate', 'stall', 'error-event', 'end'])

function damaged(frames: readonly StreamFrame[], fault: Fault | undefined): readonly StreamFrame[] {
  const half = ({ text }: StreamFrame) => text.slice(0, text.trimEnd().length >> 1)
  switch (fault?.name) {
    case 'malformed':
    case 'garble': {
      const isHit = (k: number) => (fault.name === 'garble' ? k >= fault.at : k === fault.at)
      return frames.map((frame, k) => (isHit(k) ? { ...frame, text: `${half(frame)}\n\n` } : frame))
    }
    case 'cut-json': {
      const last = frames[fault.at]
      return [...frames.slice(0, fault.at), ...(last ? [{ ...last, text: half(last) }] : [])]
    }
    default:
      return frames
  }
}

/** What was sent should be on its way, and seen, before the end of it is. */
const lastWordsGaps = 5

async function breakOff({ controls, response, signal, wire, reply }: Delivery): Promise<void> {
  await pause(Math.max(1, controls.gapMs * lastWordsGaps), signal)
  if (controls.fault?.name === 'stall') return stall(signal)
  if (controls.fault?.name === 'error-event' && reply.kind === 'stream') {
    response.end(wire.errorFrame(controls), encodingOf(reply))
    return
  }
  if (controls.fault?.name === 'end') {
    response.end()
    return
  }
  response.socket?.destroy()
}

async function waitForFirst({ controls, response, signal, wire }: Delivery): Promise<void> {
  if (controls.pingMs <= 0) return pause(controls.firstMs, signal)
  for (let waited = 0; waited < controls.firstMs; waited += controls.pingMs) {
    await pause(Math.min(controls.pingMs, controls.firstMs - waited), signal)
    if (wire.ping !== '') response.write(wire.ping)
  }
}

/** Frames that are due together leave together: a stream without gaps costs one write per batch. */
const batchFrames = 32

async function sendFrames(
  { response, controls, meter, signal }: Delivery,
  frames: readonly StreamFrame[],
  encoding: BufferEncoding,
): Promise<void> {
  const startMs = performance.now()
  let tokens = 0
  for (let at = 0; at < frames.length; ) {
    const frame = frames[at] as StreamFrame
    const dueMs = startMs + tokens * controls.gapMs
    if (frame.tokens > 0 && controls.gapMs > 0) await pause(dueMs - performance.now(), signal)
    const batch = frames.slice(at, at + (controls.gapMs > 0 ? controls.burst : batchFrames))
    const batchTokens = batch.reduce((sum, { tokens }) => sum + tokens, 0)
    tokens += batchTokens
    addTokens(meter, { output: batchTokens })
    const text = batch.map(({ text }) => text).join('')
    if (!response.write(text, encoding)) await once(response, 'drain', { signal })
    at += batch.length
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms >= 1) await sleep(ms, undefined, { signal })
  else signal.throwIfAborted()
}

function stall(signal: AbortSignal): Promise<void> {
  return signal.aborted
    ? Promise.resolve()
    : new Promise((resolve) => signal.addEventListener('abort', () => resolve()))
}
