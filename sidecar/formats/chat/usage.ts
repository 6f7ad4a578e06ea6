import { countAt, type Json, numberAt, objectAt } from '../../../contract/json.ts'
import { type Usage, usageOf } from '../../../contract/usage.ts'
import type { HostQuirks } from '../format.ts'

/** Where hosts put the tokens read from the cache; the first that is not zero counts, once. */
const cachedFields: readonly (readonly [details: string, field: string])[] = [
  ['prompt_tokens_details', 'cached_tokens'],
  ['', 'prompt_cache_hit_tokens'],
  ['', 'cached_tokens'],
  ['', 'num_cached_tokens'],
  ['prompt_token_details', 'cached_tokens'],
  ['', 'cache_read_input_tokens'],
]

const writtenFields: readonly (readonly [details: string, field: string])[] = [
  ['prompt_tokens_details', 'cache_write_tokens'],
  ['prompt_tokens_details', 'cache_creation_input_tokens'],
  ['', 'cache_creation_input_tokens'],
]

/** Usage of chat and completions, of OpenAI and of every host that speaks like it. */
export function chatUsage(
  usage: Json | undefined,
  quirks: Pick<HostQuirks, 'reasoningOutsideCompletion'>,
  extras: { readonly serviceTier?: string | undefined } = {},
): Usage | undefined {
  const prompt = countAt(usage, 'prompt_tokens')
  const completion = countAt(usage, 'completion_tokens')
  if (prompt === undefined && completion === undefined) return undefined
  const given = objectAt(usage, 'prompt_tokens_details')
  const made = objectAt(usage, 'completion_tokens_details')
  const cached = firstCount(usage, cachedFields)
  const written = firstCount(usage, writtenFields)
  const audio = countAt(given, 'audio_tokens') ?? 0
  const madeAudio = countAt(made, 'audio_tokens') ?? 0
  const reasoning = countAt(made, 'reasoning_tokens') ?? countAt(usage, 'reasoning_tokens') ?? 0
  // xAI has been seen to state more cached tokens than prompt tokens: then the prompt excludes them.
  const inside = cached > (prompt ?? 0) ? written + audio : cached + written + audio
  // Details that contradict the total must not bill more than the total.
  const plain = (prompt ?? 0) - inside
  const outside = quirks.reasoningOutsideCompletion ? reasoning : 0
  return usageOf(
    {
      input: plain,
      cache_read: cached,
      cache_write: written,
      input_audio: plain < 0 ? Math.max(audio + plain, 0) : audio,
      output: (completion ?? 0) + outside - madeAudio,
      output_audio: madeAudio,
      audio_seconds: numberAt(usage, 'prompt_audio_seconds'),
    },
    { ...(reasoning > 0 ? { reasoning } : {}), ...servedTier(extras.serviceTier), ...reportedCost(usage) },
  )
}

function firstCount(usage: Json | undefined, fields: typeof cachedFields): number {
  for (const [details, field] of fields) {
    const count = countAt(details === '' ? usage : objectAt(usage, details), field)
    if (count !== undefined && count > 0) return count
  }
  return 0
}

/** `auto` is what was asked for, never what was served. */
function servedTier(tier: string | undefined): { serviceTier?: string } {
  return tier === undefined || tier === '' || tier === 'auto' ? {} : { serviceTier: tier }
}

/** OpenRouter states its price as a number, Perplexity inside an object. */
function reportedCost(usage: Json | undefined): { reportedCostUsd?: string } {
  const cost = numberAt(usage, 'cost') ?? numberAt(objectAt(usage, 'cost'), 'total_cost')
  return cost === undefined || cost < 0 ? {} : { reportedCostUsd: decimalText(cost) }
}

/** A number as decimal text without an exponent: what money is kept as. */
function decimalText(value: number): string {
  const text = String(value)
  return text.includes('e') ? value.toFixed(18).replace(/\.?0+$/, '') : text
}

/** Usage of the OpenAI endpoints besides generation. Each takes the `usage` object of the answer. */

export function embeddingUsage(usage: Json | undefined): Usage | undefined {
  const input =
    countAt(usage, 'prompt_tokens') ?? countAt(usage, 'input_tokens') ?? countAt(usage, 'total_tokens')
  return input === undefined ? undefined : usageOf({ input })
}

/** Images are priced by tokens where the answer counts them, else by the piece. */
export function imageUsage(usage: Json | undefined): Usage | undefined {
  const input = countAt(usage, 'input_tokens')
  const output = countAt(usage, 'output_tokens')
  if (input === undefined && output === undefined) return undefined
  const given = objectAt(usage, 'input_tokens_details')
  const images = countAt(given, 'image_tokens') ?? 0
  const cached = countAt(given, 'cached_tokens') ?? 0
  const cachedImages = countAt(objectAt(given, 'cached_tokens_details'), 'image_tokens') ?? 0
  const text = countAt(objectAt(usage, 'output_tokens_details'), 'text_tokens') ?? 0
  return usageOf({
    input: (input ?? 0) - images - (cached - cachedImages),
    input_image: images - cachedImages,
    cache_read: cached - cachedImages,
    cache_read_image: cachedImages,
    output: text,
    output_image: (output ?? 0) - text,
  })
}

/** Tokens, or seconds of sound; nothing for the answer formats that are plain text. */
export function transcriptionUsage(usage: Json | undefined, durationSeconds?: number): Usage | undefined {
  // Mistral counts tokens beside its seconds, and bills the seconds.
  const mistral = numberAt(usage, 'prompt_audio_seconds')
  const seconds = numberAt(usage, 'seconds') ?? mistral ?? durationSeconds
  const input = mistral === undefined ? countAt(usage, 'input_tokens') : undefined
  if (input === undefined) return seconds === undefined ? undefined : usageOf({ audio_seconds: seconds })
  const audio = countAt(objectAt(usage, 'input_token_details'), 'audio_tokens') ?? 0
  return usageOf({ input: input - audio, input_audio: audio, output: countAt(usage, 'output_tokens') })
}

/** The last event of streamed speech: text in, sound out. */
export function spokenUsage(usage: Json | undefined): Usage | undefined {
  const input = countAt(usage, 'input_tokens')
  return input === undefined ? undefined : usageOf({ input, output_audio: countAt(usage, 'output_tokens') })
}

/** Speech is priced by what is read out; the answer is sound and says nothing. Code points, not UTF-16 units. */
export function speechUsage(input: string): Usage {
  let characters = 0
  for (const _ of input) characters++
  return usageOf({ characters })
}

/** Mistral's page reader; its counts stand in `usage_info`. */
export function ocrUsage(usage: Json | undefined): Usage | undefined {
  const pages = countAt(usage, 'pages_processed')
  return pages === undefined ? undefined : usageOf({ pages })
}

/** Realtime counts every modality apart, and within each the part that came from the cache. */
export function realtimeUsage(usage: Json | undefined): Usage | undefined {
  const given = objectAt(usage, 'input_token_details')
  const made = objectAt(usage, 'output_token_details')
  const input = countAt(usage, 'input_tokens')
  if (input === undefined) return undefined
  const cached = objectAt(given, 'cached_tokens_details')
  const cachedAudio = countAt(cached, 'audio_tokens') ?? 0
  const cachedImage = countAt(cached, 'image_tokens') ?? 0
  const cachedAll = countAt(given, 'cached_tokens') ?? 0
  const audio = countAt(given, 'audio_tokens') ?? 0
  const image = countAt(given, 'image_tokens') ?? 0
  const cachedText = cachedAll - cachedAudio - cachedImage
  const madeAudio = countAt(made, 'audio_tokens') ?? 0
  return usageOf({
    input: input - audio - image - cachedText,
    cache_read: cachedText,
    cache_read_image: cachedImage,
    input_audio: audio - cachedAudio,
    cache_read_audio: cachedAudio,
    input_image: image - cachedImage,
    output: (countAt(usage, 'output_tokens') ?? 0) - madeAudio,
    output_audio: madeAudio,
  })
}
