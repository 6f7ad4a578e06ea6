import type { CompiledEntry, CompiledModel } from './compile.ts'
import type { CostRequest, ImageOptions } from './cost-request.ts'
import { type BillLine, lineOf } from './line.ts'
import { type UnitRate, unitRates } from './rates.ts'

interface Unit {
  readonly name: string
  readonly rateName: UnitRate
  readonly count: number
}

/** The line of seconds, characters, images, pages or searches; undefined when there is no rate for it. */
export function unitLine(
  unit: Unit,
  request: CostRequest,
  { prices, entry }: { readonly prices: CompiledModel; readonly entry: CompiledEntry },
): BillLine | undefined {
  const { name, rateName } = unit
  const count = name === 'audio_seconds' ? Math.max(unit.count, prices.minSeconds) : unit.count
  const line = { name, count, rateName, rateIndex: -1, per: unitRates[rateName] }
  if (name === 'images' && prices.imageTable !== undefined) {
    const grains = imageGrains(prices.imageTable, request.image)
    const isGuess = request.image?.size === undefined
    return grains === undefined ? undefined : lineOf({ ...line, rateName: 'image_table', grains, isGuess })
  }
  const grains =
    name === 'web_searches' ? entry.searches?.[request.searchSize ?? 'medium'] : entry.units.get(rateName)
  return grains === undefined ? undefined : lineOf({ ...line, grains })
}

// What the image interfaces make when the request names no size.
const usualSize = '1024x1024'

function imageGrains(
  table: ReadonlyMap<string, bigint>,
  { size = usualSize, quality = 'standard', steps }: ImageOptions = {},
): bigint | undefined {
  const tableSize = size.toLowerCase().replace('x', '-x-')
  const key = steps === undefined ? tableSize : `${tableSize}/${stepsKey(table, tableSize, steps)}`
  return table.get(`${quality}/${key}`) ?? (quality === 'standard' ? table.get(key) : undefined)
}

/** `50-steps` is the price up to 50 steps, `max-steps` the price above all listed numbers. */
function stepsKey(table: ReadonlyMap<string, bigint>, size: string, steps: number): string {
  const listed = [...table.keys()]
    .filter((key) => key.startsWith(`${size}/`))
    .map((key) => Number.parseInt(key.slice(size.length + 1), 10))
    .filter((most) => most >= steps)
  return listed.length === 0 ? 'max-steps' : `${Math.min(...listed)}-steps`
}
