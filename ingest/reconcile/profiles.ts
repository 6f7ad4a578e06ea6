import type { Figure } from './figures.ts'

/** How the columns of one kind of export are to be read. */
export interface Profile {
  readonly name: string
  /** Kinds of providers whose calls it speaks of; none for a file that could be anyone's. */
  readonly kinds: readonly string[]
  /** All of them must be there for a file to be of this kind. */
  readonly mark: readonly string[]
  readonly day: string
  readonly model: string | undefined
  /** What of the model's column names the model. */
  readonly modelIn?: (text: string) => string
  /** Each figure is the sum of these columns, as far as they are there. */
  readonly figures: Readonly<Partial<Record<Figure, readonly string[]>>>
  /** What one unit of the cost column is, in dollars. */
  readonly costUnit?: 'dollar' | 'cent'
  readonly currency?: string
}

/** Line items of OpenAI's costs: `gpt-4o-mini-2024-07-18, cached input`. */
const modelOfLineItem = (text: string) => text.split(', ')[0] ?? text

const openai = ['openai']
const anthropic = ['anthropic']

export const profiles: readonly Profile[] = [
  {
    name: 'openai costs',
    kinds: openai,
    mark: ['start_time', 'amount_value'],
    day: 'start_time',
    model: 'line_item',
    modelIn: modelOfLineItem,
    figures: { cost_usd: ['amount_value'] },
    currency: 'amount_currency',
  },
  {
    name: 'openai usage',
    kinds: openai,
    mark: ['start_time', 'num_model_requests'],
    day: 'start_time',
    model: 'model',
    figures: {
      requests: ['num_model_requests'],
      input_tokens: ['input_tokens', 'input_audio_tokens'],
      cached_input_tokens: ['input_cached_tokens'],
      output_tokens: ['output_tokens', 'output_audio_tokens'],
    },
  },
  {
    name: 'anthropic usage',
    kinds: anthropic,
    mark: ['starting_at', 'uncached_input_tokens'],
    day: 'starting_at',
    model: 'model',
    figures: {
      input_tokens: [
        'uncached_input_tokens',
        'cache_read_input_tokens',
        'cache_creation_ephemeral_5m_input_tokens',
        'cache_creation_ephemeral_1h_input_tokens',
      ],
      cached_input_tokens: ['cache_read_input_tokens'],
      cache_write_tokens: [
        'cache_creation_ephemeral_5m_input_tokens',
        'cache_creation_ephemeral_1h_input_tokens',
      ],
      output_tokens: ['output_tokens'],
    },
  },
  {
    name: 'anthropic costs',
    kinds: anthropic,
    mark: ['starting_at', 'amount', 'currency'],
    day: 'starting_at',
    model: 'model',
    figures: { cost_usd: ['amount'] },
    // The report states the smallest unit of the currency.
    costUnit: 'cent',
    currency: 'currency',
  },
  {
    name: 'anthropic console usage',
    kinds: anthropic,
    mark: ['usage_date_utc', 'usage_input_tokens_no_cache'],
    day: 'usage_date_utc',
    model: 'model',
    figures: {
      input_tokens: [
        'usage_input_tokens_no_cache',
        'usage_input_tokens_cache_read',
        'usage_input_tokens_cache_write_5m',
        'usage_input_tokens_cache_write_1h',
      ],
      cached_input_tokens: ['usage_input_tokens_cache_read'],
      cache_write_tokens: ['usage_input_tokens_cache_write_5m', 'usage_input_tokens_cache_write_1h'],
      output_tokens: ['usage_output_tokens'],
    },
  },
  {
    name: 'anthropic console costs',
    kinds: anthropic,
    mark: ['usage_date_utc', 'cost_usd'],
    day: 'usage_date_utc',
    model: 'model',
    figures: { cost_usd: ['cost_usd'] },
  },
  {
    name: 'plain columns',
    kinds: [],
    mark: ['day'],
    day: 'day',
    model: 'model',
    figures: {
      requests: ['requests'],
      input_tokens: ['input_tokens'],
      cached_input_tokens: ['cached_input_tokens'],
      cache_write_tokens: ['cache_write_tokens'],
      output_tokens: ['output_tokens'],
      cost_usd: ['cost_usd'],
    },
  },
]
