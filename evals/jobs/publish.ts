import { holdoutShare } from '../../contract/draw.ts'
import type { ReadPolicy } from '../../contract/policy/read.ts'
import type { PolicyDocument, Weights } from '../../contract/policy.ts'
import { withCanary } from '../policy/canary.ts'
import { canaryFractions } from '../watch/stages.ts'
import type { EvalStore, PolicyAction, PolicyShelf } from './store.ts'

/** Of the traffic, by which a candidate may grow without being watched: exploration. */
const grownMost = 0.03

/** A step that risks something goes to a tenth of the units first; what only cuts or explores goes to all at once. */
export function staged(
  next: ReadPolicy,
  of: {
    readonly parent: PolicyDocument | undefined
    readonly configured: Weights
    readonly baseline: string
    readonly nowMs: number
  },
): { readonly policy: ReadPolicy; readonly action: PolicyAction } {
  const { document } = next
  // What rules before the first policy is the configuration, which records call version 0.
  const control = of.parent ?? { ...document, version: 0, merge: {}, segments: {}, default: of.configured }
  if (!risks(document, control, of.baseline)) return { policy: next, action: 'publish' }
  const [fraction] = canaryFractions
  const policy = withCanary(document, { fraction, control, version: document.version, nowMs: of.nowMs })
  return { policy, action: 'canary' }
}

function risks(next: PolicyDocument, control: PolicyDocument, baseline: string): boolean {
  const grows = (to: Weights, from: Weights) =>
    Object.entries(to).some(
      ([candidate, weight]) =>
        candidate !== baseline && (weight - (from[candidate] ?? 0)) * (1 - holdoutShare) > grownMost,
    )
  const before = (segment: string) => control.segments[segment] ?? control.default
  return Object.entries(next.segments).some(([segment, weights]) => grows(weights, before(segment)))
}

/** Into force, and into the book of who changed what. */
export async function publish(
  of: { readonly store: EvalStore; readonly shelf: PolicyShelf },
  policy: ReadPolicy,
  note: {
    readonly parent: PolicyDocument | undefined
    readonly action: PolicyAction
    readonly reason: string
    readonly runId: string
    readonly nowMs: number
    readonly weights?: Readonly<Record<string, number>> | undefined
  },
): Promise<void> {
  const { parent, action, reason, runId, nowMs, weights } = note
  await of.shelf.publish(policy, { parentId: parent?.id, action, reason, runId, nowMs, weights })
  const { route, version } = policy.document
  await of.store.insert('audit_log', [
    {
      ts: nowMs,
      actor: 'evals',
      action: 'policy_change',
      subject: route,
      salt: '',
      details: { action, version: String(version), run_id: runId, reason },
      counts: {},
    },
  ])
}
