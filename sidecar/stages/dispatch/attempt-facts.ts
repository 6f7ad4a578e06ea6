import type { Attempt, Context } from '../../context.ts'
import type { StreamFacts } from '../../streaming/stream-facts.ts'

/** What a stream said so far counts, whatever became of it: it was generated, and is billed. */
export function takeFacts(attempt: Attempt, facts: StreamFacts): void {
  attempt.usage = facts.usage
  attempt.modelReported = facts.model
  attempt.finishReason = facts.finishReason
  attempt.firstContentAt = facts.firstContentAt
  attempt.deliveredChars = facts.contentChars
  attempt.deliveredText = facts.content
}

/** Calls after the first, of whatever kind; the one that a stale socket cost is free. */
export function extraCalls({ attempts }: Context): number {
  return attempts.filter(({ errorCode }) => errorCode !== 'stale_socket').length - 1
}
