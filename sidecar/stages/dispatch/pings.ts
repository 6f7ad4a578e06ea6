import type { Context } from '../../context.ts'
import type { Services } from '../../services.ts'
import { Pinger } from '../../streaming/pinger.ts'
import { earlyHeaders, streamHeaders } from '../relay/headers.ts'

/** Keeps the connection of a streaming caller alive while providers are silent. */
export function startPings(context: Context, services: Services): void {
  const silenceMs = context.snapshot.config.ping
  // A JSON array has no place for a comment.
  if (!isEventStream(context) || silenceMs === 0) return
  context.pinger = new Pinger(context.caller, {
    silenceMs,
    waits: services.waits,
    open: () => {
      context.httpStatus = 200
      context.caller.commit(200, [...streamHeaders, ...earlyHeaders(context)])
    },
  })
}

function isEventStream(context: Context): boolean {
  const { operation, streamed, wantsJsonArray } = context
  return streamed && !wantsJsonArray && (operation === 'generate' || operation === 'completions')
}
