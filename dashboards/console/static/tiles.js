import { queryOf } from './address.js'
import { ask } from './api.js'
import { unfinished } from './chart.js'
import { el, replace, svg } from './dom.js'
import { change, format, unknownText } from './format.js'
import { linesOf } from './series.js'

/** Which series a tile's small line is drawn from, and how one number comes of its lines. */
const lines = {
  'overview-spend': { of: 'overview-spend-by-model', sum: sumOf, isCost: true },
  'overview-requests': { of: 'overview-outcomes', sum: sumOf },
  'overview-success': { of: 'overview-outcomes', sum: successOf, isGood: true },
  'overview-p95': { of: 'overview-durations', sum: (all) => all.get('p95'), isCost: true },
  'overview-cache-hit': { isGood: true },
  'overview-saved': { isGood: true },
  'overview-unpriced': {},
}

/** Seven numbers with their change; the change itself is a panel of Grafana's that would say it twice. */
export function tilesOf(panels, page) {
  const shown = panels.filter(({ id }) => Object.hasOwn(lines, id))
  const tiles = shown.map((panel) => tileOf(panel, page))
  return {
    node: el('div', { class: 'tiles' }, ...tiles.map(({ node }) => node)),
    load: () => Promise.all(tiles.map((tile) => tile.load())),
    spark(panel, answer) {
      for (const tile of tiles) if (lines[tile.panel.id].of === panel.id) tile.spark(panel, answer)
    },
    destroy() {
      for (const tile of tiles) tile.destroy()
    },
  }
}

function tileOf(panel, page) {
  const number = el('div', { class: 'tile-number' }, '\u00a0')
  const delta = el('div', { class: 'tile-change' }, '\u00a0')
  const line = el('div', { class: 'tile-line', 'aria-hidden': 'true' })
  const node = el(
    'section',
    { class: 'tile', id: panel.id, 'aria-label': panel.title },
    el('h3', { title: panel.description }, panel.title),
    number,
    delta,
    line,
  )
  let asking
  const load = async () => {
    const query = queryOf(panel).toString()
    if (asking?.query === query) {
      asking.isAgain = true
      return
    }
    asking?.stop.abort()
    const mine = { query, stop: new AbortController(), isAgain: false }
    asking = mine
    const { signal } = mine.stop
    try {
      const [now, before] = await Promise.all([
        ask(`api/panel/${panel.id}?${query}`, { signal }),
        ask(`api/panel/${panel.id}?${queryOf(panel, { isBefore: true })}`, { signal }),
      ])
      if (asking !== mine) return
      show(now, before)
      page.answered(panel, now)
    } catch (error) {
      if (error.name === 'AbortError' || asking !== mine) return
      page.failed(error)
      replace(number, '–')
      replace(delta, error.body?.away ? 'no warehouse' : 'failed')
      delta.title = error.message
    } finally {
      if (asking === mine) asking = undefined
      if (mine.isAgain && asking === undefined) load()
    }
  }
  const show = (now, before) => {
    const values = now.columns.map(({ name }, at) => ({ name, value: now.data[at]?.[0] ?? null }))
    // Nothing to tell is no tile.
    if (panel.id === 'overview-unpriced') node.hidden = values[0].value === 0
    replace(
      number,
      values.map(({ name, value }) => {
        const look = panel.columns?.[name]
        const unit = look?.unit ?? panel.unit
        return el(
          'span',
          value === null ? { class: 'unknown', title: unknownText(unit) } : {},
          format(value, unit),
          values.length > 1 && el('small', {}, ` ${look?.label ?? name}`),
        )
      }),
    )
    const last = before.data[0]?.[0] ?? null
    const changed = change(values[0].value, last)
    const { isCost, isGood } = lines[panel.id]
    const mood =
      changed === undefined || changed.direction === 0
        ? ''
        : (isGood && changed.direction > 0) || (isCost && changed.direction < 0)
          ? 'better'
          : isGood || isCost
            ? 'worse'
            : ''
    replace(
      delta,
      el('span', { class: mood }, changed?.text ?? ''),
      changed === undefined ? 'nothing to compare' : ' vs before',
    )
    delta.title = `before: ${format(last, panel.columns?.[values[0].name]?.unit ?? panel.unit)}`
  }
  return {
    panel,
    node,
    load,
    spark: (of, answer) => replace(line, sparkline(lines[panel.id].sum(named(of, answer)) ?? [])),
    destroy() {
      if (asking !== undefined) asking.isAgain = false
      asking?.stop.abort()
    },
  }
}

/** Without the bucket that is not over: it would look like a fall. */
function named(panel, answer) {
  const shown = linesOf({ ...panel, by: panel.by === undefined ? undefined : 'status' }, answer)
  const open = unfinished(shown)
  const until = open < 0 ? shown.times.length : open
  return new Map(shown.lines.map(({ name, values }) => [name, values.slice(0, until)]))
}

function sumOf(all) {
  const [first = [], ...rest] = all.values()
  return first.map((value, at) => rest.reduce((sum, values) => sum + (values[at] ?? 0), value ?? 0))
}

function successOf(all) {
  const of = (name, at) => all.get(name)?.[at] ?? 0
  return sumOf(all).map((total, at) => {
    const counted = total - of('client_abort', at)
    return counted > 0 ? (of('ok', at) + of('blocked', at)) / counted : null
  })
}

const width = 120
const height = 26

/** Gaps stay gaps. */
function sparkline(values) {
  const known = values.filter((value) => value !== null)
  if (known.length < 2) return undefined
  const high = Math.max(...known)
  const low = Math.min(0, ...known)
  const x = (at) => (at / (values.length - 1)) * width
  const y = (value) => height - 1 - ((value - low) / (high - low || 1)) * (height - 3)
  let path = ''
  values.forEach((value, at) => {
    if (value !== null)
      path += `${at === 0 || values[at - 1] === null ? 'M' : 'L'}${x(at).toFixed(1)} ${y(value).toFixed(1)}`
  })
  return svg(
    'svg',
    { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none' },
    svg('path', { d: path }),
  )
}
