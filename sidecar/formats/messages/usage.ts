import { arrayAt, countAt, isObject, type JsonObject, objectAt, stringAt } from '../../../contract/json.ts'
import { type OtherUsage, type Usage, usageOf } from '../../../contract/usage.ts'

type TokenCounts = Record<'input' | 'cache_read' | 'cache_write' | 'cache_write_1h' | 'output', number>

/** `input_tokens` excludes the cache, so the classes are disjoint as they come. */
export function messagesUsage(usage: unknown): Usage | undefined {
  if (!isObject(usage)) return undefined
  const counts = sumOf(billedParts(usage))
  const others = advice(usage)
  const reasoning = countAt(usage['output_tokens_details'], 'thinking_tokens')
  const serviceTier = stringAt(usage, 'service_tier')
  const geo = stringAt(usage, 'inference_geo')
  const speed = stringAt(usage, 'speed')
  return usageOf(
    { ...counts, web_searches: countAt(usage['server_tool_use'], 'web_search_requests') },
    {
      ...(others.length === 0 ? {} : { others }),
      ...(reasoning ? { reasoning } : {}),
      ...(serviceTier ? { serviceTier } : {}),
      // What older models answer: no region was chosen.
      ...(geo && geo !== 'not_available' ? { geo } : {}),
      ...(speed ? { speed } : {}),
    },
  )
}

/**
 * Mostly the top level itself. With compaction it leaves the compaction out, so the iterations are summed;
 * an advisor runs another model at another price, so its tokens do not belong to this one.
 */
function billedParts(usage: JsonObject): readonly unknown[] {
  const iterations = arrayAt(usage, 'iterations')
  const types = iterations.map((iteration) => stringAt(iteration, 'type'))
  if (!types.includes('compaction') || types.includes('fallback_message')) return [usage]
  return iterations.filter((_, index) => types[index] === 'compaction' || types[index] === 'message')
}

/** The tokens of advisors stand beside the top level; each says whose they are. */
function advice(usage: JsonObject): OtherUsage[] {
  return arrayAt(usage, 'iterations')
    .filter((iteration) => stringAt(iteration, 'type') === 'advisor_message')
    .map((iteration) => ({
      model: stringAt(iteration, 'model') ?? '',
      classes: usageOf({ ...sumOf([iteration]) }).classes,
    }))
    .filter(({ classes }) => Object.keys(classes).length > 0)
}

function sumOf(parts: readonly unknown[]): TokenCounts {
  const total: TokenCounts = { input: 0, cache_read: 0, cache_write: 0, cache_write_1h: 0, output: 0 }
  for (const part of parts) {
    const split = objectAt(part, 'cache_creation')
    const fiveMinutes = countAt(split, 'ephemeral_5m_input_tokens') ?? 0
    const oneHour = countAt(split, 'ephemeral_1h_input_tokens') ?? 0
    const written = countAt(part, 'cache_creation_input_tokens') ?? 0
    total.input += countAt(part, 'input_tokens') ?? 0
    total.cache_read += countAt(part, 'cache_read_input_tokens') ?? 0
    // Writes that the split does not explain live five minutes, as unsplit ones do.
    total.cache_write += Math.max(fiveMinutes, written - oneHour)
    total.cache_write_1h += oneHour
    total.output += countAt(part, 'output_tokens') ?? 0
  }
  return total
}

/** Usage in a stream is cumulative: a later figure replaces the earlier one, null or absent keeps it. */
export function mergedUsage(earlier: JsonObject | undefined, later: unknown): JsonObject | undefined {
  if (!isObject(later)) return earlier
  const merged: JsonObject = { ...earlier }
  for (const key in later) {
    if (later[key] !== null && later[key] !== undefined) merged[key] = later[key]
  }
  return merged
}
