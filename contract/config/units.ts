import * as v from 'valibot'

/** Values that carry their unit: `500ms`, `32MiB`, `200k`, `2%`. A bare number would leave the unit to guess. */

const durationUnits = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const sizeUnits = {
  B: 1,
  kB: 1000,
  MB: 1_000_000,
  GB: 1_000_000_000,
  KiB: 1024,
  MiB: 1_048_576,
  GiB: 1_073_741_824,
}
const countUnits = { '': 1, k: 1000, M: 1_000_000 }
const percentUnits = { '%': 0.01 }

type Units = Readonly<Record<string, number>>

function withUnit(units: Units, expected: string) {
  const pattern = new RegExp(`^(\\d+(?:\\.\\d+)?)\\s?(${Object.keys(units).join('|')})$`)
  return v.pipe(
    v.string(expected),
    v.regex(pattern, expected),
    v.transform((text) => {
      const [, digits, unit = ''] = pattern.exec(text) ?? []
      return tidied(Number(digits) * (units[unit] ?? 1))
    }),
  )
}

export const duration = withUnit(durationUnits, 'expected a duration with its unit: 500ms, 30s, 2m, 1h or 7d')
export const size = withUnit(sizeUnits, 'expected a size with its unit: 64kB, 32MiB or 1GiB')
export const percentage = withUnit(percentUnits, 'expected a percentage such as 2%')

const expectedAmount = 'expected a count such as 600, 200k or 1.5M'
const wholeNumber = v.pipe(v.number(), v.integer(), v.minValue(0))
export const amount = v.union([wholeNumber, withUnit(countUnits, expectedAmount)], expectedAmount)

/** host:port, where the host may be an IPv6 address in brackets. */
const expectedAddress = 'expected host:port such as 127.0.0.1:4100, the port at most 65535'
export const address = v.pipe(
  v.string(expectedAddress),
  v.regex(/^(\[[0-9a-fA-F:]+\]|[^\s:/]+):\d{1,5}$/, expectedAddress),
  v.check((text) => Number(text.slice(text.lastIndexOf(':') + 1)) <= 65_535, expectedAddress),
)

/** The other way: the shortest text that reads back as the same number. */
export const durationText = (ms: number) => withLargest(durationUnits, ms)
export const sizeText = (bytes: number) =>
  withLargest(bytes % 1024 === 0 ? binaryUnits(sizeUnits) : sizeUnits, bytes)
export const percentageText = (share: number) => `${tidied(share * 100)}%`

function withLargest(units: Units, value: number): string {
  const ranked = Object.entries(units).sort(([, a], [, b]) => b - a)
  const [name, factor] = ranked.find(([, factor]) => value > 0 && value % factor === 0) ??
    ranked.at(-1) ?? ['', 1]
  return `${value / factor}${name}`
}

function binaryUnits(units: Units): Units {
  return Object.fromEntries(
    Object.entries(units).filter(([name, factor]) => factor === 1 || name.includes('i')),
  )
}

/** 7 × 0.01 is 0.07, whatever the processor says. */
function tidied(value: number): number {
  return Number(value.toPrecision(12))
}
