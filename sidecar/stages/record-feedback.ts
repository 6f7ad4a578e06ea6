import { schemaVersion } from '../../contract/record.ts'
import type { Context } from '../context.ts'
import type { Services } from '../services.ts'

/** Feedback is no request to a model: it has a table of its own, and what was refused is only counted. */
export function recordFeedback(context: Context, services: Services): void {
  const { feedback } = context
  const isAccepted = feedback !== undefined && context.error === undefined
  services.metrics.observeFeedback(isAccepted ? 'accepted' : 'refused')
  if (!isAccepted) return
  offer(context, services, { requestId: feedback.requestId, name: feedback.name, value: feedback.value })
}

/** A user who asks the same in other words has said what the answer before was worth. */
export function recordRephrased(context: Context, services: Services): void {
  services.metrics.observeFeedback('noticed')
  offer(context, services, { requestId: context.rephrased, name: 'rephrase', value: 0 })
}

interface Opinion {
  readonly requestId: string
  readonly name: string
  readonly value: number
}

function offer(context: Context, services: Services, { requestId, name, value }: Opinion): void {
  const { callerKey, hints } = context
  services.sink.offerFeedback({
    ts: context.arrivedMs,
    request_id: requestId,
    name,
    value,
    // Whose route it speaks of is not known here, so it can't be masked by its rules, and is not kept.
    comment: '',
    app: callerKey?.app ?? context.snapshot.config.identity.app,
    key_name: callerKey?.name ?? '',
    customer: hints.customer,
    sidecar_id: services.identity.sidecarId,
    boot: services.identity.boot,
    worker: services.identity.worker,
    seq: services.nextFeedbackSeq(),
    schema_version: schemaVersion,
  })
}
