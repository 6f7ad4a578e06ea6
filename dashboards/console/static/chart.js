import { button, el, replace } from './dom.js'
import { axisFormat, format, moment, utc } from './format.js'
import { colorValue } from './series.js'

const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim()
const heightPx = 190

/** Lines, areas or bars over time. `act` says what clicks and drags mean. */
export function timeChart(panel, shown, act) {
  const node = el('div', { class: 'chart' })
  const plot = el('div', { class: 'plot', role: 'img', 'aria-label': summaryOf(panel, shown) })
  const tip = el('div', { class: 'tip', hidden: true })
  const hidden = new Set()
  let chart
  const draw = () => {
    chart?.destroy()
    const lines = shown.lines.filter(({ name }) => !hidden.has(name))
    const drawn = drawnOf(panel, shown, lines)
    const options = optionsOf({ panel, shown, lines, drawn, plot, tip, act })
    chart = new globalThis.uPlot(options, dataOf(panel, shown, drawn), plot)
    plot.append(tip)
  }
  const legend = legendOf(panel, shown, {
    ...act,
    toggle(name) {
      if (hidden.has(name)) hidden.delete(name)
      else hidden.add(name)
      draw()
      return hidden.has(name)
    },
  })
  node.append(plot, legend)
  const sizes = new ResizeObserver(() => {
    if (plot.clientWidth === 0) return
    if (chart === undefined) draw()
    else if (chart.width !== plot.clientWidth) chart.setSize({ width: plot.clientWidth, height: heightPx })
  })
  sizes.observe(plot)
  return {
    node,
    redraw: () => chart !== undefined && draw(),
    destroy() {
      sizes.disconnect()
      chart?.destroy()
    },
  }
}

const isBars = (panel) => panel.viz === 'bars'
const isStacked = (panel) => panel.stacked === true

/** The last bucket goes on growing while it is looked at. */
export const unfinished = ({ times, step, to }) => {
  const last = times.at(-1)
  return last !== undefined && last + step > to && Date.now() / 1000 < last + step * 2 ? times.length - 1 : -1
}

/** As they are drawn: stacked lines hold sums, the topmost first, so that each covers what is below it. */
function drawnOf(panel, shown, lines) {
  if (!isStacked(panel)) return lines
  const sums = []
  lines.reduce((below, line) => {
    const values = line.values.map((value, at) =>
      value === null && below[at] === null ? null : (value ?? 0) + (below[at] ?? 0),
    )
    sums.push({ ...line, values })
    return values
  }, new Array(shown.times.length).fill(null))
  return sums.reverse()
}

/** The unfinished end of a line is a line of its own, dashed. */
const isSplit = (panel, open) => !isBars(panel) && open >= 1

function dataOf(panel, shown, drawn) {
  const open = unfinished(shown)
  if (!isSplit(panel, open)) return [shown.times, ...drawn.map(({ values }) => values)]
  return [
    shown.times,
    ...drawn.map(({ values }) => values.map((value, at) => (at === open ? null : value))),
    ...drawn.map(({ values }) => values.map((value, at) => (at >= open - 1 ? value : null))),
  ]
}

const endOf = (line, open) => ({
  dash: [4, 4],
  fill: undefined,
  points: {
    show: true,
    size: 5,
    filter: () => (line.values[open] !== null && line.values[open - 1] === null ? [open] : []),
  },
})

function optionsOf({ panel, shown, lines, drawn, plot, tip, act }) {
  const open = unfinished(shown)
  const series = drawn.map((line) => seriesOf(panel, line, shown.colors))
  if (isSplit(panel, open)) series.push(...drawn.map((line, at) => ({ ...series[at], ...endOf(line, open) })))
  const grid = { stroke: css('--grid'), width: 1 }
  const axis = { stroke: css('--muted'), grid, ticks: { show: false }, font: '11px system-ui, sans-serif' }
  return {
    width: plot.clientWidth,
    height: heightPx,
    padding: [8, 6, 0, 0],
    legend: { show: false },
    scales: {
      x: { time: true, range: () => [shown.from, Math.max(shown.to, shown.from + 1)] },
      y: { range: (_, low, high) => rangeOf(low, high) },
    },
    axes: [
      {
        ...axis,
        space: 64,
        size: 26,
        values: (_, splits, __, ___, gap) => splits.map((time) => tickOf(time, gap)),
      },
      {
        ...axis,
        size: (_, values) => 14 + Math.max(...(values ?? ['']).map((text) => (text?.length ?? 0) * 6.4), 18),
        space: 34,
        values: (_, splits) => splits.map((value) => axisFormat(value, panel.unit)),
      },
    ],
    series: [{}, ...series],
    cursor: {
      sync: { key: 'console' },
      drag: { x: true, y: false, setScale: false, dist: 4 },
      points: { size: 5 },
      bind: {
        dblclick: () => () => {
          act.zoomOut()
          return null
        },
      },
    },
    hooks: {
      setSelect: [
        (chart) => {
          const { left, width } = chart.select
          if (width < 4) return
          const from = chart.posToVal(left, 'x')
          const to = chart.posToVal(left + width, 'x')
          chart.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false)
          act.zoom(from, to)
        },
      ],
      setCursor: [(chart) => showTip({ chart, tip, panel, shown, lines })],
      draw: [(chart) => isBars(panel) && open >= 0 && hatch(chart, shown, open)],
      ready: [(chart) => pick({ chart, panel, shown, lines, act })],
    },
  }
}

function rangeOf(low, high) {
  if (high === null || high === undefined) return [0, 1]
  const top = high <= 0 ? (low < 0 ? 0 : 1) : high * 1.08
  return [low < 0 ? low * 1.08 : 0, top]
}

function tickOf(time, gap) {
  const date = new Date(time * 1000)
  const two = (value) => String(value).padStart(2, '0')
  const clock = `${two(date.getHours())}:${two(date.getMinutes())}`
  const isMidnight = date.getHours() === 0 && date.getMinutes() === 0
  if (isMidnight || gap >= 86_400)
    return `${date.getDate()} ${date.toLocaleString('en-GB', { month: 'short' })}`
  return gap < 60 ? `${clock}:${two(date.getSeconds())}` : clock
}

function seriesOf(panel, line, colors) {
  const color = colorValue(colors.get(line.name))
  const isFilled = isStacked(panel) || isBars(panel)
  return {
    label: line.name,
    stroke: color,
    width: isBars(panel) ? 0 : 1.5,
    ...(isFilled ? { fill: isBars(panel) ? color : mix(color) } : {}),
    ...(isBars(panel) ? { paths: globalThis.uPlot.paths.bars({ size: [0.8, 48], align: 1 }) } : {}),
    spanGaps: false,
    // One alone between gaps would be invisible.
    points: { show: !isBars(panel), size: 5, fill: color, filter: alone(line.values) },
  }
}

/** A colour as strong as it may be under lines and text. */
function mix(color) {
  return `color-mix(in srgb, ${color} 38%, ${css('--surface')})`
}

const alone = (values) => () =>
  values.flatMap((value, at) => {
    const isAlone = value !== null && (values[at - 1] ?? null) === null && (values[at + 1] ?? null) === null
    return isAlone ? [at] : []
  })

/** Over the bucket that is not over. */
function hatch(chart, { times, step }, open) {
  const { ctx, bbox } = chart
  const left = Math.max(bbox.left, chart.valToPos(times[open], 'x', true))
  const right = Math.min(bbox.left + bbox.width, chart.valToPos(times[open] + step, 'x', true))
  if (right - left < 2) return
  ctx.save()
  ctx.beginPath()
  ctx.rect(left, bbox.top, right - left, bbox.height)
  ctx.clip()
  ctx.strokeStyle = css('--surface')
  ctx.lineWidth = 2 * devicePixelRatio
  ctx.beginPath()
  for (let x = left - bbox.height; x < right; x += 6 * devicePixelRatio) {
    ctx.moveTo(x, bbox.top + bbox.height)
    ctx.lineTo(x + bbox.height, bbox.top)
  }
  ctx.stroke()
  ctx.restore()
}

const tipRowsMax = 9

function showTip({ chart, tip, panel, shown, lines }) {
  const at = chart.cursor.idx
  // Only the chart under the pointer says its numbers; the others follow with their line.
  tip.hidden = at === null || at === undefined || chart.cursor.left < 0 || !chart.over.matches(':hover')
  if (tip.hidden) return
  const rows = lines
    .map(({ name, values }) => ({ name, value: values[at] }))
    .filter(({ value }) => !isStacked(panel) || value !== 0)
    .sort((a, b) => (b.value ?? -1) - (a.value ?? -1))
    .slice(0, tipRowsMax)
  const time = shown.times[at]
  replace(
    tip,
    el('div', { class: 'tip-time' }, moment(time), el('span', {}, utc(time))),
    rows.map(({ name, value }) =>
      el(
        'div',
        { class: 'tip-row' },
        swatch(shown.colors.get(name)),
        el('span', { class: 'name' }, name),
        el('b', {}, format(value, panel.unit)),
      ),
    ),
    rows.length === 0 && el('div', { class: 'tip-row' }, format(0, panel.unit)),
    at === unfinished(shown) && el('div', { class: 'note' }, 'not over yet'),
  )
  const { width } = chart.over.getBoundingClientRect()
  const isRight = chart.cursor.left > width / 2
  const offset = chart.over.offsetLeft + chart.cursor.left
  tip.style.left = isRight ? '' : `${offset + 14}px`
  tip.style.right = isRight ? `${chart.root.clientWidth - offset + 14}px` : ''
  tip.style.top = '8px'
}

const swatch = (color) => el('i', { class: 'swatch', style: { background: `var(${color})` } })

/** A click, not a drag: what lies under the pointer is what is meant. */
function pick({ chart, panel, shown, lines, act }) {
  let downAt
  chart.over.addEventListener('mousedown', (event) => {
    downAt = event.clientX
  })
  chart.over.addEventListener('click', (event) => {
    if (downAt === undefined || Math.abs(event.clientX - downAt) > 3) return
    const line = lineAt({ chart, panel, shown, lines })
    if (line !== undefined) act.choose(line.name, event.shiftKey)
  })
}

const nearPx = 24

function lineAt({ chart, panel, lines }) {
  const { idx, top } = chart.cursor
  if (idx === null || idx === undefined) return undefined
  const value = chart.posToVal(top, 'y')
  if (isStacked(panel)) {
    let sum = 0
    return lines.find(({ values }) => {
      sum += values[idx] ?? 0
      return value <= sum
    })
  }
  const distance = ({ values }) =>
    values[idx] === null ? Number.POSITIVE_INFINITY : Math.abs(chart.valToPos(values[idx], 'y') - top)
  const [nearest] = [...lines].sort((a, b) => distance(a) - distance(b))
  return nearest !== undefined && distance(nearest) <= nearPx ? nearest : undefined
}

function legendOf(panel, shown, act) {
  const isSum = panel.empty === 'zero' && panel.unit !== 'per_second' && panel.unit !== 'share'
  const items = shown.lines.map((line) => {
    const value = isSum ? line.total : line.mean
    const known = line.isEmpty ? format(null, panel.unit) : format(value, panel.unit)
    const text = [
      swatch(shown.colors.get(line.name)),
      el('span', { class: 'name' }, line.name),
      el('b', {}, known),
    ]
    const filters = act.canFilter && !line.isOther && line.name !== '(none)'
    const item = button(
      text,
      (event) => {
        if (filters) return act.choose(line.name, event.shiftKey)
        item.setAttribute('aria-pressed', String(!act.toggle(line.name)))
      },
      filters
        ? { title: `Only ${line.name}; with Shift all but ${line.name}` }
        : { 'aria-pressed': 'true', title: 'Show or hide' },
    )
    return item
  })
  const named = shown.lines.filter(({ isOther }) => !isOther).length
  const hasOther = named < shown.lines.length
  const said = shown.count > named ? `${named} of ${shown.count}` : hasOther ? `the ${named} largest` : ''
  const more = said === '' ? [] : [el('span', { class: 'note' }, said)]
  return el(
    'div',
    { class: 'legend' },
    el('span', { class: 'unseen' }, isSum ? 'Sums over the range:' : 'Means over the range:'),
    ...items,
    ...more,
  )
}

/** In words, for whoever does not see the picture. */
export function summaryOf(panel, shown) {
  if (shown.lines.length === 0) return `${panel.title}: no data in this range`
  const said = shown.lines
    .slice(0, 5)
    .map(
      ({ name, total, mean, isEmpty }) =>
        `${name} ${isEmpty ? 'unknown' : format(panel.empty === 'zero' ? total : mean, panel.unit)}`,
    )
  return `${panel.title} over time, ${shown.count} ${shown.count === 1 ? 'line' : 'lines'}: ${said.join(', ')}`
}
