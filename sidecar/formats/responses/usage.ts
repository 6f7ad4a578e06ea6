import { arrayAt, countAt, isObject, numberAt, objectAt, stringAt } from '../../../contract/json.ts'
import { type Usage, usageOf } from '../../../contract/usage.ts'

/** Calls of hosted tools that are paid per call. */
export interface ToolUses {
  readonly webSearches: number
  readonly fileSearches: number
}

/** The usage object of a Response. Cached and written tokens are inside input_tokens. */
export function responsesUsage(usage: unknown, webSearches = 0, fileSearches = 0): Usage | undefined {
  const prompt = countAt(usage, 'input_tokens')
  const completion = countAt(usage, 'output_tokens')
  if (prompt === undefined && completion === undefined) return undefined
  const inputDetails = objectAt(usage, 'input_tokens_details')
  const outputDetails = objectAt(usage, 'output_tokens_details')
  const audioIn = countAt(inputDetails, 'audio_tokens') ?? 0
  const audioOut = countAt(outputDetails, 'audio_tokens') ?? 0
  const read = countAt(inputDetails, 'cached_tokens') || countAt(usage, 'cached_tokens') || 0
  const written = countAt(inputDetails, 'cache_write_tokens') ?? 0
  const total = prompt ?? 0
  const reasoning = countAt(outputDetails, 'reasoning_tokens')
  const cost = numberAt(usage, 'cost')
  return usageOf(
    {
      // xAI may state more cached tokens than input: then the input leaves them out.
      input: read > total ? total - audioIn : total - read - written - audioIn,
      cache_read: read,
      cache_write: written,
      input_audio: audioIn,
      output: (completion ?? 0) - audioOut,
      output_audio: audioOut,
      web_searches: webSearches,
      file_searches: fileSearches,
    },
    {
      ...(reasoning ? { reasoning } : {}),
      ...(cost === undefined ? {} : { reportedCostUsd: decimalText(cost) }),
    },
  )
}

/** The usage of a whole Response: searches are counted from its items, the tier is the one served. */
export function usageOfResponse(response: unknown): Usage | undefined {
  const uses = toolUses(response)
  const usage = responsesUsage(objectAt(response, 'usage'), uses.webSearches, uses.fileSearches)
  const serviceTier = stringAt(response, 'service_tier')
  // `auto` is what was asked for, never what was served.
  return usage && serviceTier !== undefined && serviceTier !== 'auto' ? { ...usage, serviceTier } : usage
}

function toolUses(response: unknown): ToolUses {
  let webSearches = 0
  let fileSearches = 0
  for (const item of arrayAt(response, 'output')) {
    if (!isObject(item)) continue
    if (item['type'] === 'web_search_call') webSearches += 1
    else if (item['type'] === 'file_search_call') fileSearches += 1
  }
  // OpenAI's own count of billable searches leaves out pages opened and searches given free.
  const billed = countAt(objectAt(objectAt(response, 'tool_usage'), 'web_search'), 'num_requests')
  return { webSearches: billed ?? webSearches, fileSearches }
}

/** Plain decimal digits: small floats would otherwise print with an exponent. */
function decimalText(value: number): string {
  return value.toFixed(12).replace(/\.?0+$/, '')
}
