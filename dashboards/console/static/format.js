/** Numbers as people read them. Unknown is never nothing: it has words of its own. */
const plain = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })
const short = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 3 })

function money(value) {
  const sign = value < 0 ? '−' : ''
  const size = Math.abs(value)
  if (size === 0) return '$0'
  if (size >= 1000) return `${sign}$${plain.format(size)}`
  if (size >= 1) return `${sign}$${size.toFixed(2)}`
  if (size >= 0.01) return `${sign}$${size.toFixed(4)}`
  // As many digits as it takes to be more than nothing.
  return `${sign}$${size.toFixed(Math.min(12, 1 - Math.floor(Math.log10(size))))}`
}

function digits(value, significant = 3) {
  const size = Math.abs(value)
  if (size === 0) return '0'
  if (size >= 1000) return plain.format(value)
  return value.toFixed(Math.max(0, Math.min(6, significant - 1 - Math.floor(Math.log10(size)))))
}

function share(value) {
  const percent = value * 100
  if (percent === 0 || percent === 100) return `${percent}%`
  // 99.97 % must not be rounded to all.
  const rounded = Math.abs(percent) >= 99 && Math.abs(percent) < 100 ? percent.toFixed(2) : percent.toFixed(1)
  return rounded === '0.0' ? `${digits(percent, 1)}%` : `${rounded}%`
}

function milliseconds(value) {
  const size = Math.abs(value)
  if (size >= 60_000) return `${digits(value / 60_000)} min`
  if (size >= 1000) return `${digits(value / 1000)} s`
  if (size > 0 && size < 1) return `${digits(value * 1000, 2)} µs`
  return `${digits(value)} ms`
}

function seconds(value) {
  if (value >= 172_800) return `${digits(value / 86_400)} d`
  if (value >= 7200) return `${digits(value / 3600)} h`
  if (value >= 120) return `${digits(value / 60)} min`
  return `${digits(value)} s`
}

const sizes = ['B', 'kB', 'MB', 'GB', 'TB']
function bytes(value) {
  const step = value < 1 ? 0 : Math.min(sizes.length - 1, Math.floor(Math.log10(value) / 3))
  return `${digits(value / 1000 ** step)} ${sizes[step]}`
}

const whole = (value) => (Number.isInteger(value) ? plain.format(value) : digits(value))

const formats = {
  usd: money,
  usd_per_million_tokens: money,
  count: whole,
  tokens: whole,
  per_second: (value) => `${digits(value)}/s`,
  share,
  factor: (value) => `${digits(value)}×`,
  score: (value) => value.toFixed(3),
  tokens_per_second: (value) => `${digits(value)} tok/s`,
  ms: milliseconds,
  us: (value) => milliseconds(value / 1000),
  seconds,
  bytes,
  time: (value) => moment(value),
}

/** For a cell, a tile, a legend. */
export function format(value, unit = 'text') {
  if (value === null || value === undefined) return unit === 'usd' ? 'no price' : '–'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (Array.isArray(value)) return value.join(', ')
  if (typeof value === 'object')
    return Object.entries(value)
      .map(([name, one]) => `${name} ${one}`)
      .join(', ')
  if (typeof value !== 'number') return String(value)
  const write = formats[unit]
  return write === undefined ? (Number.isInteger(value) ? String(value) : digits(value)) : write(value)
}

/** What stands where nothing is known, for whoever asks why. */
export const unknownText = (unit) =>
  unit === 'usd'
    ? 'no price is known for these requests: unknown, not zero'
    : 'unknown: nothing to work it out from'

/** For an axis, where room is short. */
export function axisFormat(value, unit) {
  if (unit === 'count' || unit === 'tokens') return short.format(value)
  if (unit === 'per_second')
    return Math.abs(value) >= 1000 ? short.format(value) : String(Number(value.toPrecision(4)))
  if (unit === 'share') return `${Number((value * 100).toPrecision(4))}%`
  if (unit === 'usd' || unit === 'usd_per_million_tokens') {
    if (Math.abs(value) >= 1000) return `$${short.format(value)}`
    return value === 0 ? '$0' : `${value < 0 ? '−' : ''}$${Number(Math.abs(value).toPrecision(3))}`
  }
  if (unit === 'ms' || unit === 'us' || unit === 'seconds')
    return format(Number(value.toPrecision(3)), unit)
      .replace(/(\.\d*?)0+ /, '$1 ')
      .replace('. ', ' ')
  if (unit === 'score' || unit === 'factor') return String(Number(value.toPrecision(4)))
  return format(value, unit)
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })
const day = new Intl.DateTimeFormat('en-GB', { day: '2-digit', month: 'short' })
export const zone = Intl.DateTimeFormat().resolvedOptions().timeZone

export const timeOfDay = (seconds) => clock.format(new Date(seconds * 1000))

/** Local time; the day only where it is another one. */
export function moment(seconds) {
  const date = new Date(seconds * 1000)
  const today = new Date()
  return date.toDateString() === today.toDateString()
    ? clock.format(date)
    : `${day.format(date)} ${clock.format(date)}`
}

export const utc = (seconds) => `${new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')} UTC`

/** Change against before, with its direction in words and not only in colour. */
export function change(now, before) {
  if (typeof now !== 'number' || typeof before !== 'number' || before === 0) return undefined
  const ratio = now / before - 1
  if (Math.abs(ratio) < 0.0005) return { text: '±0%', direction: 0 }
  const size = Math.abs(ratio)
  const text = size >= 10 ? `${digits(size + 1, 2)}×` : share(size)
  return { text: `${ratio > 0 ? '▲' : '▼'} ${text}`, direction: Math.sign(ratio) }
}
