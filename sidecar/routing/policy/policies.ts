import type { PolicyDocument } from '../../../contract/policy.ts'

/** The policies in force. A request reads its own once; a swap changes one reference. */
export interface Policies {
  /** Undefined: the weights of the configuration hold. */
  of(route: string): PolicyDocument | undefined
}
