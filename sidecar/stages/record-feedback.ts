import { schemaVersion } from '../../contract/record.ts'
import type { Context } from '../context.ts'
import type { Services } from '../services.ts'

/** Feedback is no request to a model: it has a table of its own, and what was refused is only counted. */
export function recordFeedback(context: Context, services: Services): void {
  const { feedback, callerKey, hints } = context
  const isAccepted = feedback !== undefined && context.error === undefined
  services.metrics.observeFeedback(isAccepted ? 'accepted' : 'refused')
  if (!isAccepted) return
  services.sink.offerFeedback({
    ts: context.arrivedMs,
    request_id: feedback.requestId,
    name: feedback.name,
    value: feedback.value,
    // Kept only masked, which this version cannot do.
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
