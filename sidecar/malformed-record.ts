import { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { GatewayError } from '../contract/errors.ts'
import { Context } from './context.ts'
import { dialectOf, endpointOf } from './endpoints.ts'
import { type ParseError, pathIn, problemOf } from './malformed.ts'
import type { Services } from './services.ts'
import type { Snapshot } from './snapshot.ts'
import { record } from './stages/record.ts'
import { settle } from './stages/settle.ts'
import { CallerStream } from './streaming/caller-stream.ts'

/** A refusal that never was a request is in the ledger all the same: its caller was given an id. */
export function recordMalformed(
  error: ParseError,
  socket: Socket,
  from: { readonly requestId: string; readonly snapshot: Snapshot; readonly services: Services },
): void {
  const { requestId, snapshot, services } = from
  // No stage ran, so this is the one writer of what little is known.
  const req = new IncomingMessage(socket)
  const context = new Context({
    req,
    caller: new CallerStream(req, new ServerResponse(req)),
    snapshot,
    requestId,
    arrivedMs: services.nowMs(),
    arrivedAt: performance.now(),
  })
  const { code, message } = problemOf(error)
  const pathname = pathIn(error.rawPacket)
  context.dialectName = dialectOf(pathname)
  context.operation = endpointOf(pathname)?.operation ?? 'other'
  context.error = new GatewayError(code, message)
  context.httpStatus = context.error.status
  settle(context, services)
  record(context, services)
}
