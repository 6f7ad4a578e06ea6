import { arrayAt, countAt, isObject, stringAt } from '../../../contract/json.ts'
import { type Usage, usageOf } from '../../../contract/usage.ts'

/** `inputTokens` excludes the cache; `cacheDetails` says which part of the writes lives an hour. */
export function converseUsage(usage: unknown, serviceTier?: unknown): Usage | undefined {
  if (!isObject(usage)) return undefined
  const split = { '5m': 0, '1h': 0 }
  for (const detail of arrayAt(usage, 'cacheDetails')) {
    const ttl = stringAt(detail, 'ttl') === '1h' ? '1h' : '5m'
    split[ttl] += countAt(detail, 'inputTokens') ?? 0
  }
  const written = countAt(usage, 'cacheWriteInputTokens') ?? 0
  const tier = stringAt(serviceTier, 'type')
  return usageOf(
    {
      input: countAt(usage, 'inputTokens'),
      cache_read: countAt(usage, 'cacheReadInputTokens'),
      // Writes that the details do not explain live five minutes, as writes without details do.
      cache_write: Math.max(split['5m'], written - split['1h']),
      cache_write_1h: split['1h'],
      output: countAt(usage, 'outputTokens'),
    },
    tier === undefined ? {} : { serviceTier: tier },
  )
}
