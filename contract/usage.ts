/**
 * What a provider call used, in one normal form for every provider. Class names equal the rate names of
 * the price catalog. Classes are disjoint: `input` is uncached text input, `output` is text output with
 * reasoning inside, and so on, so money is a plain sum over classes.
 */
export const tokenClasses = [
  'input',
  'cache_read',
  'cache_write', // five-minute writes, and writes whose lifetime the provider did not state
  'cache_write_1h',
  'input_audio',
  'cache_read_audio',
  'input_image',
  'cache_read_image',
  'input_video',
  'output',
  'output_audio',
  'output_image',
] as const

export const unitClasses = [
  'audio_seconds',
  'characters',
  'images',
  'pages',
  'queries',
  'web_searches',
  'file_searches',
] as const

export type TokenClass = (typeof tokenClasses)[number]
export type UnitClass = (typeof unitClasses)[number]
export type UsageClass = TokenClass | UnitClass

type Classes = Readonly<Partial<Record<UsageClass, number>>>

/** What another model used within the same call (Anthropic's advisor): billed at that model's price. */
export interface OtherUsage {
  readonly model: string
  readonly classes: Classes
}

export interface Usage {
  /** Only classes that are not zero. */
  readonly classes: Classes
  readonly others?: readonly OtherUsage[]
  /** Informative: already inside `output`. */
  readonly reasoning?: number
  /** The service tier that was served (not the one asked for); decides the price. */
  readonly serviceTier?: string
  readonly geo?: string
  readonly speed?: string
  /** The provider's own figure in USD as decimal text (OpenRouter `usage.cost`); wins over the catalog. */
  readonly reportedCostUsd?: string
}

export type UsageSource = 'provider' | 'counted' | 'estimated'

export interface TokenColumns {
  input_tokens: number
  cached_input_tokens: number
  cache_write_tokens: number
  output_tokens: number
  reasoning_tokens: number
}

/** The columns of a record: totals that contain their parts, and those of other models too. */
export function tokenColumns(usage: Usage | undefined): TokenColumns {
  const columns = ownColumns(usage)
  for (const { classes } of usage?.others ?? []) {
    const other = ownColumns({ classes })
    for (const name of Object.keys(columns) as (keyof TokenColumns)[]) columns[name] += other[name]
  }
  return columns
}

function ownColumns(usage: Pick<Usage, 'classes' | 'reasoning'> | undefined): TokenColumns {
  const c = usage?.classes ?? {}
  const cached = (c.cache_read ?? 0) + (c.cache_read_audio ?? 0) + (c.cache_read_image ?? 0)
  const written = (c.cache_write ?? 0) + (c.cache_write_1h ?? 0)
  const media = (c.input_audio ?? 0) + (c.input_image ?? 0) + (c.input_video ?? 0)
  return {
    input_tokens: (c.input ?? 0) + media + cached + written,
    cached_input_tokens: cached,
    cache_write_tokens: written,
    output_tokens: (c.output ?? 0) + (c.output_audio ?? 0) + (c.output_image ?? 0),
    reasoning_tokens: usage?.reasoning ?? 0,
  }
}

/** Every class by its name, those of another model as `class@model`. */
export function usageClasses({ classes, others }: Usage): Readonly<Record<string, number>> {
  if (others === undefined) return classes
  const all: Record<string, number> = { ...classes }
  for (const other of others) {
    for (const [name, count] of Object.entries(other.classes)) {
      const key = `${name}@${other.model}`
      all[key] = (all[key] ?? 0) + count
    }
  }
  return all
}

/** Drops zero, absent and negative classes, so that a record carries only what was used. */
export function usageOf(
  classes: Partial<Record<UsageClass, number | undefined>>,
  rest: Omit<Usage, 'classes'> = {},
): Usage {
  const used: Partial<Record<UsageClass, number>> = {}
  for (const key in classes) {
    const count = classes[key as UsageClass]
    if (count !== undefined && count > 0) used[key as UsageClass] = count
  }
  return { classes: used, ...rest }
}
