/** How batches travel from a shipper to a receiver: frames as they lie in a spool, and whose they are. */
export const batchPath = '/v1/batches'

export const batchHeaders = {
  /** The spool they come from. */
  lane: 'x-sidelight-lane',
  /** Grows with each batch of a lane; the answer repeats it. */
  number: 'x-sidelight-batch',
  /** The first segment of the batch. */
  token: 'x-sidelight-token',
} as const
