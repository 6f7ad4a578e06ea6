import { GatewayError } from '../../../contract/errors.ts'
import type { Context } from '../../context.ts'
import type { Fault } from '../../conversation/fault.ts'
import { OutputBlocked } from '../../masking/output-gate.ts'
import type { RestoredStream } from '../../masking/restore/stream.ts'
import type { Services } from '../../services.ts'
import { conversationOf } from '../mask/body.ts'
import { scopeOf } from '../mask/mask.ts'

/** Answers that say nothing in words. */
const wordless = new Set(['embeddings', 'speech', 'transcription', 'count_tokens', 'models', 'other'])

/** A whole answer with the caller's own values in it; the same bytes where there is nothing to put back. */
export function restored(context: Context, body: Buffer): Buffer {
  const { masking, dialectName } = context
  if (masking === undefined || !masking.touchesAnswers || wordless.has(context.operation)) return body
  return unlessBlocked(() => masking.whole(dialectName, body))
}

export function restoredStream(context: Context, text: string): Buffer {
  const stream = streamRestorer(context)
  return stream === undefined ? Buffer.from(text) : unlessBlocked(() => stream.end(text))
}

/** Undefined: the stream passes as it is. */
export function streamRestorer(context: Context): RestoredStream | undefined {
  const { masking, dialectName, wantsJsonArray } = context
  return masking?.touchesAnswers === true ? masking.stream(dialectName, wantsJsonArray) : undefined
}

/** Of a conversation that the provider remembers the next request brings only what is new. */
export function rememberPlaceholders(
  context: Context,
  services: Services,
  responseId: string | undefined,
): void {
  const { masking, body, dialectName } = context
  if (masking === undefined || masking.map.size === 0 || dialectName !== 'responses' || body === undefined)
    return
  const scope = scopeOf(context)
  if (responseId !== undefined && body.boolean('store') !== false)
    services.vault.keep(scope, responseId, masking.map.all())
  const conversation = body.has('conversation') ? conversationOf(body) : undefined
  if (conversation !== undefined) services.vault.keep(scope, conversation, masking.map.all())
}

function unlessBlocked<T>(restore: () => T): T {
  try {
    return restore()
  } catch (error) {
    throw error instanceof OutputBlocked ? new GatewayError('output_blocked', blockedMessage(error)) : error
  }
}

/** Names the type, never the value. */
function blockedMessage({ type }: OutputBlocked): string {
  return `This route does not pass on answers that hold what was found in this one: ${type}.`
}

export function blockedFault(error: OutputBlocked): Fault {
  return { class: 'request', status: 400, code: 'output_blocked', message: blockedMessage(error) }
}
