/** The numbers behind a decision that the record has no column for: what `explain` shows of them. No text of a caller. */
export interface DecisionDetails {
  /** Of the request: estimated tokens, turns, language, complexity … */
  readonly features: Readonly<Record<string, string | number | boolean>>
  /** By candidate, the excluded ones too. */
  readonly candidates: Readonly<Record<string, CandidateDetails>>
  /** Whatever else decided, a line each. */
  readonly notes: readonly string[]
}

export interface CandidateDetails {
  readonly expectedCostUsd?: number
  readonly firstTokenMs?: number
  readonly tokensPerSecond?: number
  readonly quality?: { readonly lower: number; readonly upper: number; readonly n: number }
  /** Such as `131,400 + 4,096 > 128,000` where it was too long. */
  readonly note?: string
}
