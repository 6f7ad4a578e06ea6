import type { IncomingHttpHeaders } from 'node:http'

/** Of how much, and how much is left: OpenAI and its like, then Anthropic. */
const pairs = ['requests', 'tokens'].map(
  (kind) => [`x-ratelimit-limit-${kind}`, `x-ratelimit-remaining-${kind}`] as const,
)
const anthropicPairs = ['requests', 'tokens', 'input-tokens', 'output-tokens'].map(
  (kind) => [`anthropic-ratelimit-${kind}-limit`, `anthropic-ratelimit-${kind}-remaining`] as const,
)

/**
 * The smallest share that is left of any limit an answer states; undefined where it states none. Azure writes
 * -1 or 0 where it has no limit.
 */
export function remainingShare(headers: IncomingHttpHeaders): number | undefined {
  return smallest(headers, pairs) ?? smallest(headers, anthropicPairs)
}

function smallest(
  headers: IncomingHttpHeaders,
  of: readonly (readonly [limit: string, remaining: string])[],
): number | undefined {
  let least: number | undefined
  for (const [limitName, remainingName] of of) {
    const limit = Number(headers[limitName])
    const remaining = Number(headers[remainingName])
    if (!(limit > 0) || !(remaining >= 0)) continue
    const share = Math.min(1, remaining / limit)
    if (least === undefined || share < least) least = share
  }
  return least
}
