import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ConsoleOptions } from '../options.ts'
import { sendError } from '../replies.ts'
import type { LiveHub } from './hub.ts'
import { type OpenStream, openStream } from './stream.ts'

/** Each costs a socket and a place in the ring; a browser keeps six connections to one host. */
const streamsMax = 20
const tickMs = 2000
const heartbeatMs = 15_000

export interface Streams {
  open(req: IncomingMessage, res: ServerResponse): void
  close(): void
}

export function createStreams(hub: LiveHub, { nowMs, live }: ConsoleOptions): Streams {
  const open = new Set<OpenStream>()
  const boot = randomBytes(4).toString('hex')
  const times = { tickMs: live?.tickMs ?? tickMs, heartbeatMs: live?.heartbeatMs ?? heartbeatMs }
  let isClosed = false
  return {
    open(req, res) {
      if (isClosed) return sendError(res, 503, { error: 'ending' })
      if (open.size >= streamsMax)
        return sendError(res, 503, { error: `${streamsMax} windows look already` }, { 'retry-after': '30' })
      const closed = () => void open.delete(stream)
      const stream = openStream(req, res, { hub, boot, nowMs, ...times, closed })
      open.add(stream)
    },
    close() {
      isClosed = true
      for (const stream of open) stream.end()
    },
  }
}
