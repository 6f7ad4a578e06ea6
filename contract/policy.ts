/**
 * The weights of one route, as the evals write them and the sidecar reads them. Versions of a route only grow; to go
 * back is to publish the old weights anew.
 */
export interface PolicyDocument {
  readonly schema: 1
  readonly route: string
  readonly version: number
  readonly parent: number
  /** SHA-256 of the canonical document without `id` and `signature`, in hex. */
  readonly id: string
  readonly created_at: string
  readonly not_before?: string
  /** Salt of the draw; it stays across versions, so that units stay where they are. */
  readonly salt_id: string
  readonly segment_by: readonly string[]
  /** Small segments that are counted with a larger one. */
  readonly merge: Readonly<Record<string, string>>
  readonly segments: Readonly<Record<string, Weights>>
  readonly default: Weights
  readonly canary?: Canary
  readonly evidence?: Evidence
  /** Ed25519 over the id, base64. */
  readonly signature?: string
}

/** Candidate to share; they sum to 1. */
export type Weights = Readonly<Record<string, number>>

/** A share of the units gets this policy; the others keep what was in force, and are logged as its control. */
export interface Canary {
  readonly fraction: number
  readonly salt: string
  readonly control: {
    readonly version: number
    readonly segments: Readonly<Record<string, Weights>>
    readonly default: Weights
  }
}

/** What the weights rest on. */
export interface Evidence {
  readonly run_id: string
  readonly n: number
  /** Difference to the baseline, and its lower bound. */
  readonly quality: number
  readonly lower: number
  /** Relative to the baseline's. */
  readonly cost: number
  /** Quality of each candidate, 0 to 1, with its bounds: what `best` and the floor of `cheapest` go by. */
  readonly candidates?: Readonly<Record<string, CandidateEvidence>>
}

export interface CandidateEvidence {
  readonly n: number
  readonly quality: number
  readonly lower: number
  readonly upper: number
}
