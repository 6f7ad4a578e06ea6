/** Money that a run may spend. What is under way is set aside, so that calls at once cannot overspend it together. */
export interface Purse {
  readonly limitUsd: number
  spentUsd(): number
  /** Sets money aside; undefined: there is not enough left. Call what it gives with what the call really cost. */
  reserve(expectedUsd: number): ((actualUsd: number) => void) | undefined
}

export function createPurse(limitUsd: number): Purse {
  let spent = 0
  let reserved = 0
  return {
    limitUsd,
    spentUsd: () => spent,
    reserve(expectedUsd) {
      if (spent + reserved + expectedUsd > limitUsd) return undefined
      reserved += expectedUsd
      return (actualUsd) => {
        reserved -= expectedUsd
        spent += actualUsd
      }
    },
  }
}
