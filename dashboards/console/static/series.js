/** From rows over time to lines: the grid of buckets, nothing or unknown where there are no rows, the largest first. */
export const linesMax = 8

/** Their statuses and outcomes have colours of their own, and an order. */
const statusOrder = ['ok', 'blocked', 'client_abort', 'truncated', 'error']

export function linesOf(panel, answer) {
  const { columns, data, from, to, step } = answer
  const isName = ({ type }) => /String/.test(type)
  const nameAt = columns.findIndex((column, at) => at > 0 && isName(column))
  const numbers = columns.flatMap((column, at) => (at > 0 && !isName(column) ? [at] : []))
  const times = gridOf(from, to, step, data[0] ?? [])
  const place = new Map(times.map((time, at) => [time, at]))
  const lines = new Map()
  const lineOf = (name) => {
    const known = lines.get(name)
    if (known !== undefined) return known
    // Sums and counts of no rows are zero; rates and quantiles of none are unknown.
    const line = { name, values: new Array(times.length).fill(panel.empty === 'zero' ? 0 : null) }
    lines.set(name, line)
    return line
  }
  const count = data[0]?.length ?? 0
  if (nameAt < 0 && count > 0) for (const at of numbers) lineOf(columns[at].name)
  for (let row = 0; row < count; row += 1) {
    const at = place.get(data[0][row])
    for (const column of numbers) {
      const name = nameAt < 0 ? columns[column].name : nameOf(data[nameAt][row])
      lineOf(name).values[at] = data[column][row]
    }
  }
  const ordered = [...lines.values()].map((line) => ({ ...line, ...sumOf(line.values) }))
  const found = largest(panel, ordered, nameAt >= 0)
  return { times, ...found, colors: colorsOf(found.lines, nameAt >= 0), step, from, to }
}

export const nameOf = (value) => (value === '' ? '(none)' : String(value))

function gridOf(from, to, step, times) {
  const grid = new Set(times)
  for (let time = Math.floor(from / step) * step; time <= to; time += step) grid.add(time)
  return [...grid].sort((a, b) => a - b)
}

function sumOf(values) {
  const known = values.filter((value) => value !== null)
  const total = known.reduce((sum, value) => sum + value, 0)
  return {
    total,
    mean: known.length === 0 ? null : total / known.length,
    last: known.at(-1) ?? null,
    isEmpty: known.length === 0,
  }
}

function largest(panel, lines, isNamed) {
  // Lines of a statement's own columns stand in its order.
  if (!isNamed) return { lines, count: lines.length }
  if (panel.by === 'status') {
    const sorted = lines.sort((a, b) => statusOrder.indexOf(a.name) - statusOrder.indexOf(b.name))
    return { lines: sorted, count: lines.length }
  }
  const weight = (line) => (panel.empty === 'zero' ? line.total : (line.mean ?? 0))
  // Some statements have cut off the smaller ones themselves.
  const isOther = ({ name }) => name === '(other)'
  const sorted = lines
    .filter((line) => !isOther(line))
    .sort((a, b) => weight(b) - weight(a) || (a.name < b.name ? -1 : 1))
  const shown = sorted.slice(0, linesMax)
  const rest = [...sorted.slice(linesMax), ...lines.filter(isOther)]
  // Rates cannot be added up: of those only the count is told.
  if (rest.length === 0 || panel.empty !== 'zero') return { lines: shown, count: sorted.length }
  const values = rest[0].values.map((_, at) => rest.reduce((sum, line) => sum + (line.values[at] ?? 0), 0))
  return {
    lines: [...shown, { name: '(other)', values, ...sumOf(values), isOther: true }],
    count: sorted.length,
  }
}

const palette = 12
const fixed = {
  ok: '--ok',
  answered: '--ok',
  error: '--bad',
  outage: '--bad',
  truncated: '--warn',
  rate_limit: '--warn',
  slow: '--warn',
  blocked: '--held',
  client_abort: '--left',
  aborted: '--left',
  '(other)': '--left',
  '(none)': '--left',
}

/** The colour belongs to the name, on every chart and after a reload. */
function slotOf(name) {
  let hash = 2166136261
  for (const char of name) hash = Math.imul(hash ^ char.codePointAt(0), 16777619) >>> 0
  return ((hash ^ (hash >>> 15)) >>> 0) % palette
}

export const colorOf = (name) => fixed[name] ?? `--c${slotOf(name)}`

/** Of the lines of one chart: where two names share a colour, the smaller one steps aside. */
export function colorsOf(lines, isNamed) {
  const used = new Set()
  return new Map(
    lines.map(({ name }, at) => {
      const first = isNamed ? slotOf(name) : at
      const slots = Array.from({ length: palette }, (_, step) => `--c${(first + step) % palette}`)
      const color = fixed[name] ?? slots.find((slot) => !used.has(slot)) ?? slots[0]
      used.add(color)
      return [name, color]
    }),
  )
}

export const colorValue = (color) => getComputedStyle(document.documentElement).getPropertyValue(color).trim()
