import type { JsonObject } from '../../../contract/json.ts'
import { tokenColumns, type Usage } from '../../../contract/usage.ts'

const tiers: readonly string[] = ['standard', 'priority', 'batch']

/** Usage in Anthropic's convention: `input_tokens` leaves out what was read from and written to the cache. */
export function writeUsage(usage: Usage | undefined): JsonObject {
  const columns = tokenColumns(usage)
  const { cached_input_tokens: read, cache_write_tokens: written } = columns
  const searches = usage?.classes.web_searches
  const tier = usage?.serviceTier
  return {
    input_tokens: columns.input_tokens - read - written,
    cache_creation_input_tokens: written,
    cache_read_input_tokens: read,
    cache_creation: {
      ephemeral_5m_input_tokens: usage?.classes.cache_write ?? 0,
      ephemeral_1h_input_tokens: usage?.classes.cache_write_1h ?? 0,
    },
    output_tokens: columns.output_tokens,
    output_tokens_details: usage?.reasoning === undefined ? null : { thinking_tokens: usage.reasoning },
    server_tool_use: searches === undefined ? null : { web_search_requests: searches, web_fetch_requests: 0 },
    service_tier: tier !== undefined && tiers.includes(tier) ? tier : null,
    inference_geo: usage?.geo ?? null,
  }
}

/** Before the provider says how much it was: what the prompt was measured to be. */
export function estimatedUsage(inputTokens: number): Usage {
  return { classes: { input: inputTokens } }
}
