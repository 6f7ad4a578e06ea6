import { arrayAt, countAt, isObject, type JsonObject, stringAt } from '../../../contract/json.ts'
import { type Usage, usageOf } from '../../../contract/usage.ts'
import { geminiModel } from './models.ts'

/**
 * The prompt count includes what came from the cache; thoughts stand beside the candidates; results of
 * Google's own tools are input on top of the prompt.
 */
export function geminiUsage(metadata: JsonObject): Usage {
  const thoughts = countAt(metadata, 'thoughtsTokenCount') ?? 0
  return usageOf(
    { ...inputClasses(metadata), ...outputClasses(metadata, thoughts) },
    { ...(thoughts > 0 ? { reasoning: thoughts } : {}), ...servedTier(metadata) },
  )
}

/** The usage of an answer or of one frame, when it states any. `searches` counts those of earlier frames. */
export function usageIn(body: JsonObject, searches = searchesIn(body)): Usage | undefined {
  const metadata = body['usageMetadata']
  if (!isObject(metadata)) return undefined
  const usage = geminiUsage(metadata)
  return searches > 0 ? { ...usage, classes: { ...usage.classes, web_searches: searches } } : usage
}

/** Google bills grounding by the prompt up to Gemini 2.5 and by the query from Gemini 3 on. */
export function searchesIn(body: JsonObject): number {
  let queries = 0
  for (const candidate of arrayAt(body, 'candidates')) {
    const grounding = isObject(candidate) ? candidate['groundingMetadata'] : undefined
    if (grounding !== undefined) queries += arrayAt(grounding, 'webSearchQueries').length
  }
  if (queries === 0) return 0
  return geminiModel(stringAt(body, 'modelVersion') ?? '').version >= 3 ? queries : 1
}

function inputClasses(metadata: JsonObject) {
  const prompt = countAt(metadata, 'promptTokenCount') ?? 0
  const extra = countAt(metadata, 'toolUsePromptTokenCount') ?? 0
  const cached = Math.min(countAt(metadata, 'cachedContentTokenCount') ?? 0, prompt)
  const cachedAudio = Math.min(modality(metadata, 'cacheTokensDetails', 'AUDIO'), cached)
  const cachedImage = Math.min(modality(metadata, 'cacheTokensDetails', 'IMAGE'), cached - cachedAudio)
  const uncached = prompt + extra - cached
  const audio = share(metadata, { modality: 'AUDIO', cached: cachedAudio, left: uncached })
  const image = share(metadata, { modality: 'IMAGE', cached: cachedImage, left: uncached - audio })
  const left = uncached - audio - image
  const cachedVideo = Math.min(modality(metadata, 'cacheTokensDetails', 'VIDEO'), cached)
  const video = share(metadata, { modality: 'VIDEO', cached: cachedVideo, left })
  return {
    input: left - video,
    input_video: video,
    cache_read: cached - cachedAudio,
    input_audio: audio,
    input_image: image,
    cache_read_audio: cachedAudio,
  }
}

/** Uncached tokens of one modality; details that contradict the totals never make a class negative. */
function share(metadata: JsonObject, of: { modality: string; cached: number; left: number }): number {
  const total =
    modality(metadata, 'promptTokensDetails', of.modality) +
    modality(metadata, 'toolUsePromptTokensDetails', of.modality)
  return Math.min(Math.max(total - of.cached, 0), of.left)
}

function outputClasses(metadata: JsonObject, thoughts: number) {
  const candidates = countAt(metadata, 'candidatesTokenCount') ?? 0
  const audio = Math.min(modality(metadata, 'candidatesTokensDetails', 'AUDIO'), candidates)
  const image = Math.min(modality(metadata, 'candidatesTokensDetails', 'IMAGE'), candidates - audio)
  return { output: candidates - audio - image + thoughts, output_audio: audio, output_image: image }
}

function modality(metadata: JsonObject, key: string, name: string): number {
  let total = 0
  for (const detail of arrayAt(metadata, key)) {
    if (stringAt(detail, 'modality') === name) total += countAt(detail, 'tokenCount') ?? 0
  }
  return total
}

const tiers: Readonly<Record<string, string>> = {
  on_demand_priority: 'priority',
  on_demand_flex: 'flex',
}

const plainTiers: ReadonlySet<string> = new Set([
  '',
  'on_demand',
  'standard',
  'unspecified',
  'traffic_type_unspecified',
])

/** A tier without a price of its own, such as provisioned throughput, is kept: its cost is an assumption. */
function servedTier(metadata: JsonObject): { serviceTier?: string } {
  for (const key of ['trafficType', 'serviceTier']) {
    const stated = stringAt(metadata, key)?.toLowerCase() ?? ''
    if (!plainTiers.has(stated)) return { serviceTier: tiers[stated] ?? stated }
  }
  return {}
}
