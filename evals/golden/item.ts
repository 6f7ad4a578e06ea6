/** A question whose good answers are known. */
export interface GoldenItem {
  readonly id: string
  readonly route: string
  /** Empty: it stands for the whole route. */
  readonly segment: string
  readonly messages: readonly unknown[]
  readonly ideal: readonly string[]
  readonly asserts: readonly GoldenAssert[]
  /** Never used for tuning: what the tuned weights are checked on. */
  readonly isHeldOut: boolean
}

export interface GoldenAssert {
  readonly type: string
  readonly isNegated: boolean
  readonly value: unknown
  readonly threshold: number | undefined
  readonly weight: number
}
