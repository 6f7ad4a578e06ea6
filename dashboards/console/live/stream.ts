import type { IncomingMessage, ServerResponse } from 'node:http'
import { usualHeaders } from '../replies.ts'
import type { LiveHub } from './hub.ts'

export interface StreamOptions {
  readonly hub: LiveHub
  /** Tells ids of one run of the process from those of another. */
  readonly boot: string
  readonly nowMs: () => number
  readonly tickMs: number
  readonly heartbeatMs: number
}

export interface OpenStream {
  /** Ends it as the server's wish: the reader comes back by itself. */
  end(): void
}

/**
 * Server-sent events for one reader. It holds a place in the ring and nothing else: who reads slowly finds the ring
 * gone on without it, and is told of the gap.
 */
export function openStream(
  req: IncomingMessage,
  res: ServerResponse,
  options: StreamOptions & { closed(): void },
): OpenStream {
  const { hub, boot } = options
  let place = 0
  let isFull = false
  let isOver = false
  /** What was before comes first. */
  let isReady = false
  let missed = 0
  const write = (text: string) => {
    isFull = !res.write(text)
  }
  const pump = () => {
    if (!isReady) return
    if (!isOver && !isFull && place + 1 < hub.oldest()) {
      write(`event: gap\ndata: ${JSON.stringify({ missed: hub.oldest() - place - 1 })}\n\n`)
      place = hub.oldest() - 1
    }
    while (!isOver && !isFull) {
      const entry = hub.after(place)
      if (entry === undefined || entry.id <= place) return
      place = entry.id
      write(`id: ${boot}-${entry.id}\n${entry.text}`)
    }
  }
  res.on('drain', () => {
    isFull = false
    pump()
  })
  res.writeHead(200, {
    ...usualHeaders,
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  })
  write(`retry: 2000\nevent: hello\ndata: ${JSON.stringify({ now: options.nowMs(), boot })}\n\n`)
  // A reader that is full misses ticks and heartbeats: the next one says the same.
  const whenFree = (text: () => string) => () => void (isOver || isFull || write(text()))
  const timers = [
    setInterval(
      whenFree(() => `event: tick\ndata: ${JSON.stringify({ now: options.nowMs(), ...hub.tick() })}\n\n`),
      options.tickMs,
    ),
    setInterval(() => {
      missed = isFull ? missed + 1 : 0
      // Whoever takes nothing for so long is gone, and keeps others from a place.
      if (missed >= missedMax) res.destroy()
      else whenFree(() => ': here\n\n')()
    }, options.heartbeatMs),
  ]
  const close = () => {
    if (isOver) return
    isOver = true
    for (const timer of timers) clearInterval(timer)
    hub.leave(pump)
    options.closed()
  }
  res.on('close', close)
  const last = req.headers['last-event-id']
  void hub.join(pump).then(() => {
    place = placeAfter(typeof last === 'string' ? last : '', boot, hub)
    isReady = true
    pump()
  })
  return {
    end() {
      close()
      res.end()
    },
  }
}

const missedMax = 4

/** Behind what the reader has; one of another run, or without an id, gets all there is. */
function placeAfter(last: string, boot: string, hub: LiveHub): number {
  const number = last.startsWith(`${boot}-`) ? Number(last.slice(boot.length + 1)) : Number.NaN
  if (Number.isSafeInteger(number) && number >= 0 && number <= hub.newest()) return number
  return hub.oldest() - 1
}
