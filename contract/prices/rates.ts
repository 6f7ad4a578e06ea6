import type { UsageClass } from '../usage.ts'

/** Rates in USD per million tokens. The order is only an index for compiled rate sheets. */
export const tokenRates = [
  'input',
  'cache_read',
  'cache_write',
  'cache_write_1h',
  'input_audio',
  'cache_read_audio',
  'input_image',
  'cache_read_image',
  'input_video',
  'output',
  'output_audio',
  'output_image',
  'output_reasoning',
] as const

export type TokenRate = (typeof tokenRates)[number]

/** Unit rates and how many units they are the price of. */
export const unitRates = {
  per_hour: 3600,
  per_1m_chars: 1_000_000,
  per_image: 1,
  per_input_image: 1,
  per_1k_pages: 1000,
  per_1k_annotated_pages: 1000,
  per_1k_queries: 1000,
  per_1k_web_searches: 1000,
  per_1k_file_searches: 1000,
} as const

export type UnitRate = keyof typeof unitRates

/** Classes of the catalog that no provider reports apart yet; priced all the same when a count is there. */
export type PricedClass = UsageClass | 'output_reasoning' | 'input_images' | 'annotated_pages'

export const unitRateOf: ReadonlyMap<string, UnitRate> = new Map<PricedClass, UnitRate>([
  ['audio_seconds', 'per_hour'],
  ['characters', 'per_1m_chars'],
  ['images', 'per_image'],
  ['input_images', 'per_input_image'],
  ['pages', 'per_1k_pages'],
  ['annotated_pages', 'per_1k_annotated_pages'],
  ['queries', 'per_1k_queries'],
  ['web_searches', 'per_1k_web_searches'],
  ['file_searches', 'per_1k_file_searches'],
])

/** The rate that stands in for one a model does not state. */
export const fallbackRate: Readonly<Partial<Record<TokenRate, TokenRate>>> = {
  cache_read: 'input',
  cache_write: 'input',
  cache_write_1h: 'cache_write',
  input_audio: 'input',
  cache_read_audio: 'cache_read',
  input_image: 'input',
  cache_read_image: 'cache_read',
  input_video: 'input',
  output_audio: 'output',
  output_image: 'output',
  output_reasoning: 'output',
}

/** Together they decide the tier of long requests. */
export const inputClasses = [
  'input',
  'cache_read',
  'cache_write',
  'cache_write_1h',
  'input_audio',
  'cache_read_audio',
  'input_image',
  'cache_read_image',
  'input_video',
] as const satisfies readonly TokenRate[]
