import type { Context } from '../../context.ts'
import type { AnswerEvent } from '../../conversation/answer.ts'
import type { Services } from '../../services.ts'

/** Whether the token of the system prompt shows in what the model says, as it comes. */
export function watchCanary(context: Context, services: Services, events: readonly AnswerEvent[]): void {
  const { canary } = context
  if (canary === undefined || canary.isSeen) return
  for (const event of events) {
    if (event.type === 'text' || event.type === 'thinking' || event.type === 'refusal')
      canary.see(`${event.type} ${event.choice}`, event.text)
    else if (event.type === 'tool_arguments') canary.see(`call ${event.choice} ${event.call}`, event.json)
  }
  if (canary.isSeen) alert(context, services)
}

export function watchWhole(context: Context, services: Services, body: Buffer): void {
  const { canary } = context
  if (canary === undefined || canary.isSeen) return
  canary.see('whole', body.toString('utf8'))
  if (canary.isSeen) alert(context, services)
}

function alert(context: Context, services: Services): void {
  services.log.warn('an answer holds the token of its system prompt', {
    request_id: context.requestId,
    route: context.route?.name ?? '',
  })
}
