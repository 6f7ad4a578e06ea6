import type { JsonObject } from '../../../contract/json.ts'
import { tokenColumns, type Usage } from '../../../contract/usage.ts'

/** Usage as OpenAI states it: prompt tokens contain the cache classes, completion tokens the reasoning. */
export function writeUsage(usage: Usage): JsonObject {
  const columns = tokenColumns(usage)
  return {
    prompt_tokens: columns.input_tokens,
    completion_tokens: columns.output_tokens,
    total_tokens: columns.input_tokens + columns.output_tokens,
    prompt_tokens_details: {
      cached_tokens: columns.cached_input_tokens,
      cache_write_tokens: columns.cache_write_tokens,
      audio_tokens: usage.classes.input_audio ?? 0,
    },
    completion_tokens_details: {
      reasoning_tokens: columns.reasoning_tokens,
      audio_tokens: usage.classes.output_audio ?? 0,
    },
  }
}

/** The served tier in OpenAI's words; Anthropic's standard is what OpenAI calls default. */
export function writeTier(usage: Usage | undefined): JsonObject {
  const tier = usage?.serviceTier
  return tier === undefined ? {} : { service_tier: tier === 'standard' ? 'default' : tier }
}
