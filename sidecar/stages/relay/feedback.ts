import type { Context } from '../../context.ts'
import { ownHeaders } from './headers.ts'

/** Taken, not yet looked at: whether such a request ever was is known in the warehouse alone. */
export function relayFeedback(context: Context): void {
  const { feedback, caller } = context
  if (feedback === undefined) return
  const { requestId, hasComment } = feedback
  const comment = hasComment ? { comment: 'not_stored', comment_reason: commentReason(context) } : {}
  const body = Buffer.from(JSON.stringify({ request_id: requestId, status: 'accepted', ...comment }))
  context.httpStatus = 202
  context.outcome = 'ok'
  const headers = ['content-type', 'application/json', 'content-length', String(body.length)]
  caller.commit(202, [...headers, ...ownHeaders(context)])
  caller.end(body)
}

/** Comments hold what people write, names and all: without masking none is kept. */
function commentReason({ snapshot }: Context): string {
  return snapshot.config.content.store === 'none'
    ? 'content.store is none: no text is kept'
    : 'comments are not masked, so none is kept'
}
