import type { JsonObject } from '../../../contract/json.ts'
import { tokenColumns, type Usage } from '../../../contract/usage.ts'

/** Usage in Google's convention: the prompt includes what came from the cache, candidates exclude thoughts. */
export function writeUsage(usage: Usage): JsonObject {
  const classes = usage.classes
  const columns = tokenColumns(usage)
  const thoughts = Math.min(columns.reasoning_tokens, columns.output_tokens)
  const audioIn = (classes.input_audio ?? 0) + (classes.cache_read_audio ?? 0)
  const promptDetails = modalities(columns.input_tokens, { audio: audioIn, image: classes.input_image ?? 0 })
  const candidates = columns.output_tokens - thoughts
  const candidateDetails = modalities(candidates, {
    audio: classes.output_audio ?? 0,
    image: classes.output_image ?? 0,
  })
  const cached = columns.cached_input_tokens
  const cachedAudio = classes.cache_read_audio ?? 0
  return {
    promptTokenCount: columns.input_tokens,
    candidatesTokenCount: candidates,
    totalTokenCount: columns.input_tokens + columns.output_tokens,
    ...(cached > 0 ? { cachedContentTokenCount: cached } : {}),
    ...(thoughts > 0 ? { thoughtsTokenCount: thoughts } : {}),
    ...(promptDetails ? { promptTokensDetails: promptDetails } : {}),
    ...(cachedAudio > 0 ? { cacheTokensDetails: modalities(cached, { audio: cachedAudio, image: 0 }) } : {}),
    ...(candidateDetails ? { candidatesTokensDetails: candidateDetails } : {}),
  }
}

/** Only when there is more than text: a caller that prices by modality must be able to. */
function modalities(total: number, parts: { audio: number; image: number }): JsonObject[] | undefined {
  if (parts.audio === 0 && parts.image === 0) return undefined
  const counts: readonly [string, number][] = [
    ['TEXT', total - parts.audio - parts.image],
    ['AUDIO', parts.audio],
    ['IMAGE', parts.image],
  ]
  return counts.filter(([, count]) => count > 0).map(([modality, tokenCount]) => ({ modality, tokenCount }))
}
