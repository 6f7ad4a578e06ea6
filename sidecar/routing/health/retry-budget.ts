const capacity = 10
const start = 3

/** Retries that a target has earned: a share of one for each first attempt, so that they never outgrow them. */
export class RetryBudget {
  #tokens = start

  earn(share: number): void {
    this.#tokens = Math.min(capacity, this.#tokens + share)
  }

  spend(share: number): boolean {
    // Sums of tenths fall short of one by a hair.
    if (share <= 0 || this.#tokens < 1 - 1e-9) return false
    this.#tokens -= 1
    return true
  }
}
