import type { Ratios, SeedEntry, SeedModel } from './seed.ts'

/**
 * What the sources of the catalog get wrong, corrected where the right figure is known and made unknown where
 * it is not: an unknown price is seen and asked about, a wrong one is not. Undefined drops the row.
 */
export function smooth(row: SeedModel): SeedModel | undefined {
  if (row.provider === 'bedrock' && row.id.includes('-month-commitment/')) return undefined // reserved capacity
  if (row.free === true) return isReallyFree(row) ? row : unpriced(row)
  // Sold per denoising step or per image; the "token" rates of these rows are that figure, mislabelled.
  if (row.provider === 'fireworks' && row.mode === 'image') return unpriced(row)
  const mended = row.service === undefined ? row : withPlausibleRatios(row, row.service)
  return { ...mended, mode: modeOf(row), prices: row.prices.map((entry) => mendedEntry(row, entry)) }
}

function isReallyFree({ id, provider, mode }: SeedModel): boolean {
  return (
    id.endsWith(':free') ||
    mode === 'moderation' ||
    id === 'openrouter/free' ||
    (provider === 'google' && id.startsWith('gemma-')) ||
    (provider === 'together' && id.endsWith('-Free'))
  )
}

function unpriced(row: SeedModel): SeedModel {
  const { free: _, ...rest } = row
  return { ...rest, prices: [] }
}

// Every service tier on sale lies between a fifth and four times the standard rate.
const lowestRatio = 0.2
const highestRatio = 4

function withPlausibleRatios(row: SeedModel, service: Readonly<Record<string, Ratios>>): SeedModel {
  const isPlausible = (ratios: Ratios) =>
    Object.values(ratios).every((ratio) => ratio >= lowestRatio && ratio <= highestRatio)
  return {
    ...row,
    service: Object.fromEntries(Object.entries(service).filter(([, ratios]) => isPlausible(ratios))),
  }
}

function modeOf(row: SeedModel): string {
  return row.prices.some((entry) => entry.per_1k_pages !== undefined) ? 'ocr' : row.mode
}

// Below this an input image cannot be what is priced in chats; the figure is one image token.
const cheapestInputImage = 0.001

// Published per hour; the sources multiplied a rounded price per second.
const perHour: Readonly<Record<string, number>> = {
  'azure/speech/azure-stt': 1,
  'vertex/chirp_3': 0.96,
}

function mendedEntry(row: SeedModel, entry: SeedEntry): SeedEntry {
  const { per_input_image: perInputImage, ...rest } = entry
  const isOutputPrice = row.image_table !== undefined
  const isTokenPrice =
    (row.mode === 'chat' || row.mode === 'realtime') && Number(perInputImage) < cheapestInputImage
  const mended = perInputImage === undefined || isOutputPrice || isTokenPrice ? rest : entry
  const key = `${row.provider}/${row.id}`
  if (key === 'azure/jais-30b-chat') return { ...mended, input: 3.2, output: 9.71 } // listed times a thousand
  const hourly = perHour[key]
  return hourly === undefined ? mended : { ...mended, per_hour: hourly }
}
