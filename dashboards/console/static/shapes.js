import { el, svg } from './dom.js'
import { axisFormat, format, moment, unknownText } from './format.js'
import { colorOf, nameOf } from './series.js'

const isText = ({ type }) => /String|Bool/.test(type)
const partsOf = (panel, columns) => {
  const names = columns.flatMap((column, at) => (isText(column) ? [at] : []))
  const numbers = columns.flatMap((column, at) => (isText(column) ? [] : [at]))
  // What counts rows without a price is no length.
  const lengths = numbers.filter((at) => !['unpriced', 'without_price'].includes(columns[at].name))
  return { names, numbers, lengths: panel.stacked ? lengths : lengths.slice(0, 1) }
}
const labelOf = (panel, column) => panel.columns?.[column.name]?.label ?? column.name.replaceAll('_', ' ')
const unitOf = (panel, column) => panel.columns?.[column.name]?.unit ?? panel.unit

/** Lengths side by side, with their numbers: a pie says less. */
export function barList(panel, { columns, data }, { link }) {
  const { names, numbers, lengths } = partsOf(panel, columns)
  const count = data[0]?.length ?? 0
  const sumAt = (row) => lengths.reduce((sum, at) => sum + Math.abs(data[at][row] ?? 0), 0)
  const longest = Math.max(...Array.from({ length: count }, (_, row) => sumAt(row)), 1e-300)
  const rows = Array.from({ length: count }, (_, row) => {
    const name = names.map((at) => nameOf(data[at][row])).join(', ')
    const bits = lengths.map((at) => bit(panel, { column: columns[at], value: data[at][row], longest }))
    const others = numbers.filter((at) => !lengths.includes(at) && data[at][row] > 0)
    const value = panel.stacked ? sumAt(row) : data[lengths[0]]?.[row]
    return el(
      'li',
      {},
      el('span', { class: 'name' }, linked(name, link?.(columns, data, row))),
      el('span', { class: 'bar', 'aria-hidden': 'true' }, ...bits),
      el(
        'span',
        { class: 'amount' },
        others.length > 0 &&
          el('small', {}, others.map((at) => amountOf(panel, columns[at], data[at][row])).join(', ')),
        el(
          'b',
          value === null ? { class: 'unknown', title: unknownText(panel.unit) } : {},
          format(value, panel.unit),
        ),
      ),
    )
  })
  const key = panel.stacked
    ? el(
        'div',
        { class: 'legend' },
        ...lengths.map((at) =>
          el(
            'span',
            {},
            el('i', { class: 'swatch', style: { background: `var(${colorOf(columns[at].name)})` } }),
            labelOf(panel, columns[at]),
          ),
        ),
      )
    : undefined
  return el('div', {}, el('ul', { class: 'bars' }, ...rows), key)
}

const amountOf = (panel, column, value) =>
  `${format(value, unitOf(panel, column))} ${labelOf(panel, column).toLowerCase()}`

const linked = (text, href) => (href === undefined ? text : el('a', { href }, text))

function bit(panel, { column, value, longest }) {
  const color = panel.stacked ? `var(${colorOf(column.name)})` : value < 0 ? 'var(--c3)' : 'var(--accent)'
  return el('i', {
    title: `${labelOf(panel, column)}: ${format(value, unitOf(panel, column))}`,
    style: { width: `${(Math.abs(value ?? 0) / longest) * 100}%`, background: color },
  })
}

/** How many fall into each class, from left to right. */
export function histogram(panel, { columns, data }) {
  const [starts = [], counts = []] = data
  const highest = Math.max(...counts, 1)
  const bars = starts.map((start, at) =>
    el(
      'div',
      { title: `from ${format(start, 'score')}: ${format(counts[at], 'count')}` },
      el('b', {}, format(counts[at], 'count')),
      el('i', { style: { height: `${(counts[at] / highest) * 100}%` } }),
      el('span', {}, typeof start === 'number' ? String(Number(start.toPrecision(2))) : String(start)),
    ),
  )
  return el(
    'div',
    {
      class: 'histogram',
      role: 'img',
      'aria-label': `${panel.title}: ${starts.map((start, at) => `${start}: ${counts[at]}`).join(', ')}`,
    },
    ...bars,
    columns.length === 0 && '',
  )
}

/** One row for each name, coloured by level; a level has a mark as well as a colour. */
export function states(panel, shown) {
  const rows = shown.lines.map(({ name, values, mean, isEmpty }) => {
    const cells = values.map((value, at) =>
      el('i', {
        class: `state ${levelOf(value)}`,
        title: `${moment(shown.times[at])}: ${format(value, panel.unit)}`,
      }),
    )
    return el(
      'li',
      {},
      el('span', { class: 'name' }, name),
      el(
        'span',
        {
          class: 'cells',
          role: 'img',
          'aria-label': `${name}: ${isEmpty ? 'unknown' : format(mean, panel.unit)} on average`,
        },
        ...cells,
      ),
      el('b', {}, isEmpty ? '–' : format(mean, panel.unit)),
    )
  })
  const key = [
    ['good', 'from 99%'],
    ['fair', 'from 80%'],
    ['poor', 'below'],
    ['none', 'no calls'],
  ]
  return el(
    'div',
    {},
    el('ul', { class: 'states' }, ...rows),
    el(
      'div',
      { class: 'legend' },
      ...key.map(([level, text]) => el('span', {}, el('i', { class: `swatch state ${level}` }), text)),
    ),
  )
}

const levelOf = (value) => (value === null ? 'none' : value >= 0.99 ? 'good' : value >= 0.8 ? 'fair' : 'poor')

/** Classes from below to above, time from left to right, the darker the more. */
export function heatmap(panel, shown) {
  const classes = [...shown.all].sort((a, b) => Number(b.name) - Number(a.name))
  const highest = Math.max(...classes.flatMap(({ values }) => values), 1)
  const rows = classes.map(({ name, values }) =>
    el(
      'li',
      {},
      el('span', { class: 'name' }, `≤ ${format(Number(name), 'ms')}`),
      el(
        'span',
        { class: 'cells' },
        ...values.map((value, at) =>
          el('i', {
            title: `${moment(shown.times[at])}, up to ${format(Number(name), 'ms')}: ${value}`,
            ...(value > 0
              ? {
                  style: {
                    background: 'var(--accent)',
                    opacity: String(0.18 + 0.82 * Math.sqrt(value / highest)),
                  },
                }
              : {}),
          }),
        ),
      ),
    ),
  )
  return el(
    'ul',
    {
      class: 'states heat',
      role: 'img',
      'aria-label': `${panel.title}: ${classes.length} classes, at most ${highest} in one`,
    },
    ...rows,
  )
}

const width = 640
const height = 240
const margin = { left: 64, right: 16, top: 12, bottom: 34 }

/** Two numbers of each row against each other, with their names. */
export function scatter(panel, { columns, data }) {
  const names = columns.findIndex(isText)
  const [across, up] = columns.flatMap((column, at) => (isText(column) ? [] : [at]))
  const points = (data[0] ?? []).flatMap((_, row) =>
    data[across][row] === null || data[up][row] === null
      ? []
      : [{ name: nameOf(data[names][row]), x: data[across][row], y: data[up][row] }],
  )
  const place = (values, low, high) => {
    const top = Math.max(...values, 1e-12) * 1.15
    return (value) => low + (value / top) * (high - low)
  }
  const x = place(
    points.map((point) => point.x),
    margin.left,
    width - margin.right,
  )
  const y = place(
    points.map((point) => point.y),
    height - margin.bottom,
    margin.top,
  )
  const axis = (one, labels) => svg('text', { ...one, class: 'axis' }, labels)
  return svg(
    'svg',
    {
      class: 'scatter',
      viewBox: `0 0 ${width} ${height}`,
      role: 'img',
      'aria-label': `${panel.title}: ${points.map((point) => `${point.name} ${format(point.x, unitOf(panel, columns[across]))}, ${format(point.y, unitOf(panel, columns[up]))}`).join('; ')}`,
    },
    svg('path', {
      class: 'frame',
      d: `M${margin.left} ${margin.top}V${height - margin.bottom}H${width - margin.right}`,
    }),
    ...points.flatMap((point) => [
      svg('circle', { cx: x(point.x), cy: y(point.y), r: 5, style: { fill: `var(${colorOf(point.name)})` } }),
      svg('text', { x: x(point.x) + 9, y: y(point.y) + 4 }, point.name),
    ]),
    axis(
      { x: width - margin.right, y: height - 10, 'text-anchor': 'end' },
      `${labelOf(panel, columns[across])} →`,
    ),
    axis({ x: margin.left, y: height - 10 }, axisFormat(0, unitOf(panel, columns[across]))),
    axis({ x: 8, y: margin.top + 10 }, `↑ ${labelOf(panel, columns[up])}`),
  )
}
