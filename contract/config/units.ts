import * as v from 'valibot'

/** Values that carry their unit: `500ms`, `32MiB`, `200k`, `2%`. A bare number would leave the unit to guess. */

const durationUnits: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const sizeUnits: Record<string, number> = {
  B: 1,
  kB: 1000,
  MB: 1_000_000,
  GB: 1_000_000_000,
  KiB: 1024,
  MiB: 1_048_576,
  GiB: 1_073_741_824,
}
const countUnits: Record<string, number> = { '': 1, k: 1000, M: 1_000_000 }

function withUnit(units: Record<string, number>, what: string) {
  const names = Object.keys(units).filter((name) => name !== '')
  const pattern = new RegExp(`^(\\d+(?:\\.\\d+)?)\\s*(${Object.keys(units).join('|')})$`)
  return (text: string) => {
    const match = pattern.exec(text)
    if (match === null)
      throw new UnitError(`expected ${what} such as ${names.map((n) => `10${n}`).join(', ')}`)
    return Number(match[1]) * (units[match[2] ?? ''] ?? 1)
  }
}

class UnitError extends Error {}

const durationMs = withUnit(durationUnits, 'a duration')
const sizeBytes = withUnit(sizeUnits, 'a size')
const count = withUnit(countUnits, 'a count')

function parsed(parse: (text: string) => number, description: string) {
  return v.pipe(
    v.string(`${description} with its unit, as text`),
    v.description(description),
    v.rawTransform<string, number>(({ dataset, addIssue, NEVER }) => {
      try {
        return parse(dataset.value)
      } catch (error) {
        addIssue({ message: error instanceof UnitError ? error.message : `expected ${description}` })
        return NEVER
      }
    }),
  )
}

export const duration = parsed(durationMs, 'duration (500ms, 30s, 2m, 1h, 7d)')
export const size = parsed(sizeBytes, 'size (64kB, 32MiB, 1GiB)')
export const amount = v.union([
  v.pipe(v.number(), v.integer(), v.minValue(0)),
  parsed(count, 'count (600, 200k, 1.5M)'),
])

export const percentage = parsed((text) => {
  const match = /^(\d+(?:\.\d+)?)%$/.exec(text)
  if (match === null) throw new UnitError('expected a percentage such as 2%')
  return Number(match[1]) / 100
}, 'percentage (2%)')

/** host:port, where the host may be an IPv6 address in brackets. */
export const address = v.pipe(
  v.string(),
  v.regex(/^(\[[0-9a-fA-F:]+\]|[^\s:/]+):\d{1,5}$/, 'expected host:port such as 127.0.0.1:4100'),
)
