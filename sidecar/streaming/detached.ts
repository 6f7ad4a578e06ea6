import { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { CallerStream } from './caller-stream.ts'

/** A caller that is not there: takes what comes and forgets it. */
class Nowhere extends EventEmitter {
  headersSent = false
  writableFinished = false
  destroyed = false
  readonly socket = null

  get closed(): boolean {
    return this.destroyed || this.writableFinished
  }

  writeHead(): this {
    this.headersSent = true
    return this
  }

  write(): boolean {
    return true
  }

  end(): this {
    this.writableFinished = true
    this.emit('close')
    return this
  }

  destroy(): this {
    if (this.closed) return this
    this.destroyed = true
    this.emit('close')
    return this
  }
}

export function detachedCaller(): CallerStream {
  const req = new EventEmitter() as unknown as IncomingMessage
  return new CallerStream(req, new Nowhere() as unknown as ServerResponse)
}
