import type { GoldenAnswer } from '../golden/check.ts'
import type { RouteJob } from './route-job.ts'
import type { ScoringTally } from './score-live.ts'

/** A candidate's answer to a prompt that no caller waits for. Undefined: there is none, and the tally says why. */
export async function askCandidate(
  job: Pick<RouteJob, 'ask' | 'purse' | 'priceOf' | 'settings'>,
  of: { readonly candidate: string; readonly messages: readonly unknown[]; readonly id: string },
  tally: ScoringTally,
): Promise<(GoldenAnswer & { readonly requestId: string }) | undefined> {
  const { candidate, messages, id } = of
  const expected = job.priceOf(candidate, expectedUsage(messages))
  const settle = expected === undefined ? undefined : job.purse.reserve(expected)
  if (settle === undefined || expected === undefined) {
    tally.skipped += 1
    tally.problem ??=
      expected === undefined ? `no price of ${candidate} is known` : 'the budget of the run is spent'
    return undefined
  }
  const reply = await job.ask({
    role: 'shadow',
    pairId: id,
    target: { route: job.settings.route, candidate },
    messages,
  })
  settle(reply.kind === 'answered' ? (reply.costUsd ?? expected) : 0)
  if (reply.kind === 'failed') {
    tally.failed += 1
    tally.problem ??= `${candidate} does not answer (${reply.reason})`
    return undefined
  }
  tally.spentUsd += reply.costUsd ?? expected
  return reply
}

const charsPerToken = 4
const outputTokens = 500

/** What it will probably use: a guess for the limit, replaced by what the call really cost. */
export function expectedUsage(messages: readonly unknown[]): Record<string, number> {
  return { input: JSON.stringify(messages).length / charsPerToken, output: outputTokens }
}
