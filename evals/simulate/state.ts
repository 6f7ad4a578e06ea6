import type { PolicyDocument } from '../../contract/policy.ts'
import type { Estimates } from '../estimators/estimates.ts'
import type { HeldBackPrompt, HeldBackRow } from '../loop.ts'
import type { DriftState } from '../watch/drift.ts'
import type { Ledger } from './ledger.ts'

/** What goes from one simulated day to the next. */
export interface State {
  policy: PolicyDocument | undefined
  readonly ledger: Ledger
  heldBack: (HeldBackRow & { readonly day: number })[]
  heldBackPrompts: (HeldBackPrompt & { readonly day: number })[]
  drift: DriftState
  /** Of the run before: what scores are expected to be. */
  estimates: Estimates | undefined
}
