/** Why a policy is not put in force; the label of the metric, so the list is short and fixed. */
export const refusalReasons = [
  'too_large',
  'invalid',
  'unknown_schema',
  'weights',
  'id_mismatch',
  'signature',
  'unknown_route',
  'not_newer',
  'no_candidate',
  'not_before',
] as const

export type RefusalReason = (typeof refusalReasons)[number]

export interface Refusal {
  readonly reason: RefusalReason
  /** For people; names fields and figures, never what else the document holds. */
  readonly detail: string
}
