import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { GatewayError } from '../contract/errors.ts'
import { breakBody } from './body/read.ts'
import { type ParseError, problemOf } from './malformed.ts'
import type { CallerStream } from './streaming/caller-stream.ts'

interface Serving {
  readonly req: IncomingMessage
  readonly caller: CallerStream
}

/** One caller's socket: the requests on it that are not answered yet, in order. */
class Connection {
  /** A list: of a Set, outgrown tables would keep answered requests alive. */
  readonly open: Serving[] = []
  /** Its parser gave up: nothing more can be read from it. */
  isBroken = false
  /** The last request was answered before its body had come to its end: what still comes belongs to that. */
  isAnsweredEarly = false
  /** What to do when the last answer is out. */
  onIdle: (() => void) | undefined
}

/** A caller that does not read its refusal is not waited for longer than this. */
const lingerMs = 2000

/**
 * Node's parser speaks to the server about sockets, the pipeline knows requests: this joins the two, so that
 * a body that breaks is answered by its request, and nothing is written between the bytes of an answer.
 */
export class Connections {
  readonly #known = new WeakMap<Socket, Connection>()
  readonly #answer: (error: ParseError, socket: Socket) => string
  #malformed = 0

  /** `answer` records what never became a request, and writes the response to it. */
  constructor(answer: (error: ParseError, socket: Socket) => string) {
    this.#answer = answer
  }

  /** Refused before they became a request. */
  get malformed(): number {
    return this.#malformed
  }

  attach(socket: Socket): void {
    const connection = new Connection()
    this.#known.set(socket, connection)
    socket.on('end', () => {
      for (const serving of connection.open) {
        // Not every body that ends too early is an error to the parser: some it would read to the end.
        if (!serving.req.complete && !connection.isBroken) this.broken(endedEarly(), socket)
        serving.caller.hungUp()
      }
    })
  }

  begin(req: IncomingMessage, caller: CallerStream): void {
    const connection = this.#known.get(req.socket)
    if (connection === undefined) return
    const serving = { req, caller }
    connection.open.push(serving)
    caller.onClosed(() => {
      if (connection.open.length === 1) connection.open.length = 0
      else connection.open.splice(connection.open.indexOf(serving), 1)
      connection.isAnsweredEarly = !req.complete
      if (connection.open.length === 0) connection.onIdle?.()
    })
  }

  /** The parser, or a clock of the server, gave up on this socket. It may say so more than once. */
  broken(error: ParseError, socket: Socket): void {
    const connection = this.#known.get(socket) ?? new Connection()
    if (connection.isBroken) return
    connection.isBroken = true
    // Of a connection that was never used nobody asks what became of it.
    const isUnused = socket.bytesRead === 0
    if (!socket.writable || isUnused || error.code === 'ECONNRESET' || error.code === 'EPIPE') {
      socket.destroy()
      return
    }
    const pending = connection.open.find(({ req }) => !req.complete)
    const isAnswered = pending !== undefined || connection.isAnsweredEarly
    if (!isAnswered) this.#malformed += 1
    const refusal = isAnswered ? '' : this.#answer(error, socket)
    if (connection.open.length === 0) hangUp(socket, refusal)
    else connection.onIdle = () => hangUp(socket, refusal)
    if (pending !== undefined) breakRequest(pending, error)
  }
}

function endedEarly(): ParseError {
  return Object.assign(new Error('the connection ended'), { code: 'HPE_INVALID_EOF_STATE' })
}

function breakRequest({ req, caller }: Serving, error: ParseError): void {
  if (error.code === 'HPE_INVALID_EOF_STATE') caller.hungUp()
  const { code, message } = problemOf(error)
  breakBody(req, new GatewayError(code, message))
}

/** The caller may still be sending: closing at once would reset the connection before it has read its answer. */
function hangUp(socket: Socket, last: string): void {
  if (!socket.writable) return
  socket.end(last)
  socket.resume()
  const cut = setTimeout(() => socket.destroy(), lingerMs)
  socket.once('close', () => clearTimeout(cut))
}
