import { makePolicy } from '../../contract/policy/make.ts'
import type { ReadPolicy } from '../../contract/policy/read.ts'
import type { PolicyDocument } from '../../contract/policy.ts'

/** The same weights for a share of the units; 1: for all. Who is on which side stays while the share grows. */
export function withCanary(
  document: PolicyDocument,
  of: {
    readonly fraction: number
    readonly control: PolicyDocument
    readonly version: number
    readonly nowMs: number
  },
): ReadPolicy {
  const { id: _id, signature: _signature, schema: _schema, canary, ...content } = document
  const { control, fraction } = of
  return makePolicy({
    ...content,
    version: of.version,
    parent: of.version - 1,
    created_at: new Date(of.nowMs).toISOString(),
    ...(fraction >= 1
      ? {}
      : {
          canary: {
            fraction,
            salt: canary?.salt ?? `c${of.version}`,
            control: { version: control.version, segments: control.segments, default: control.default },
          },
        }),
  })
}

/** Back to what was: the control's weights as a new version, because versions only grow. */
export function reverted(
  document: PolicyDocument,
  of: { readonly control: PolicyDocument; readonly nowMs: number },
): ReadPolicy {
  const { id: _id, signature: _signature, schema: _schema, canary: _canary, ...content } = of.control
  return makePolicy({
    ...content,
    version: document.version + 1,
    parent: document.version,
    created_at: new Date(of.nowMs).toISOString(),
  })
}
