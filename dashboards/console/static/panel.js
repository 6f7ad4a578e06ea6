import { clearFilters, exclude, filter, go, hasFilters, queryOf, state } from './address.js'
import { ask } from './api.js'
import { timeChart } from './chart.js'
import { button, copy, dialog, el, replace } from './dom.js'
import { format, unknownText } from './format.js'
import { linesOf } from './series.js'
import { barList, heatmap, histogram, scatter, states } from './shapes.js'
import { linkTo, tableOf } from './table.js'

/** One picture of a board: asks when it is seen, draws what comes, and says what does not. */
export function panelOf(panel, page) {
  const body = el('div', { class: 'panel-body', 'aria-busy': 'true' }, el('div', { class: 'skeleton' }))
  const note = el('span', { class: 'note' })
  const node = el(
    'section',
    { class: `panel ${panel.viz}`, id: panel.id, 'aria-labelledby': `${panel.id}-title` },
    el(
      'div',
      { class: 'panel-head' },
      el('h3', { id: `${panel.id}-title`, title: panel.description }, panel.title),
      note,
      menuOf(panel, page, () => answer),
    ),
    body,
  )
  let answer
  let drawn
  let asking
  let asked
  const draw = () => {
    drawn?.destroy?.()
    drawn = pictureOf(panel, answer)
    replace(body, drawn.node)
    body.removeAttribute('aria-busy')
    const ignored = Object.keys({ ...state().chosen, ...state().excluded }).filter(
      (name) => !panel.filters.includes(name),
    )
    note.textContent = [
      answer.truncated ? 'cut off at 10,000 rows' : '',
      ignored.length > 0 ? `not filtered by ${ignored.join(', ')}` : '',
    ]
      .filter(Boolean)
      .join(' · ')
  }
  const load = async () => {
    const query = queryOf(panel).toString()
    // On a slow machine a refresh must not cut off the answer that is under way: none would ever come.
    if (asking?.query === query) {
      asking.isAgain = true
      return
    }
    asking?.stop.abort()
    const mine = { query, stop: new AbortController(), isAgain: false }
    asking = mine
    try {
      const got = await ask(`api/panel/${panel.id}?${query}`, { signal: mine.stop.signal })
      if (asking !== mine) return
      answer = got
      asked = query
      draw()
      page.answered(panel, got)
    } catch (error) {
      if (error.name === 'AbortError' || asking !== mine) return
      body.removeAttribute('aria-busy')
      page.failed(error)
      // What was there stays while the warehouse is away, as long as it is an answer to this question.
      if (asked !== query || answer === undefined)
        replace(
          body,
          el('p', { class: 'empty' }, error.body?.away ? 'Waiting for the warehouse.' : error.message),
        )
    } finally {
      if (asking === mine) asking = undefined
      if (mine.isAgain && asking === undefined) load()
    }
  }
  return {
    panel,
    node,
    load,
    redraw: () => (drawn?.redraw === undefined ? undefined : drawn.redraw()),
    /** As a picture or as a table. */
    look: () => answer !== undefined && draw(),
    destroy() {
      if (asking !== undefined) asking.isAgain = false
      asking?.stop.abort()
      drawn?.destroy?.()
    },
  }
}

function pictureOf(panel, answer) {
  if (state().tables.includes(panel.id)) return { node: tableOf(named(panel, answer), answer) }
  const isEmpty = (answer.data[0]?.length ?? 0) === 0
  if (panel.kind === 'timeseries') return overTime(panel, answer)
  if (panel.viz === 'stat') return { node: statOf(panel, answer) }
  if (isEmpty) return { node: nothing() }
  const link = (columns, data, row) => {
    const at = columns.findIndex(({ name }) => panel.columns?.[name]?.link !== undefined)
    const value = at < 0 ? '' : data[at][row]
    return value === '' ? undefined : linkTo(panel.columns[columns[at].name].link, value)
  }
  switch (panel.viz) {
    case 'bars':
      return { node: barList(panel, answer, { link }) }
    case 'histogram':
      return { node: histogram(panel, answer) }
    case 'scatter':
      return { node: scatter(panel, answer) }
    default:
      return { node: tableOf(named(panel, answer), answer) }
  }
}

/** A time series as a table: its one number has the unit of the panel. */
const named = (panel, { columns }) => ({
  ...panel,
  valueName: panel.kind === 'timeseries' ? columns.at(-1)?.name : undefined,
})

function nothing() {
  return el(
    'p',
    { class: 'empty' },
    hasFilters() ? 'Nothing in this range with these filters. ' : 'Nothing in this range.',
    hasFilters() && button('Clear filters', clearFilters, { class: 'link' }),
  )
}

function overTime(panel, answer) {
  const shown = linesOf(panel, answer)
  if (panel.viz === 'states' || panel.viz === 'heatmap') {
    if (shown.lines.length === 0) return { node: nothing() }
    const all = panel.viz === 'heatmap' ? linesOf({ ...panel, by: 'status' }, answer).lines : shown.lines
    return { node: panel.viz === 'states' ? states(panel, shown) : heatmap(panel, { ...shown, all }) }
  }
  const canFilter = panel.by !== undefined && panel.filters.includes(panel.by)
  const chart = timeChart(panel, shown, {
    canFilter,
    choose(name, isExcluded) {
      if (!canFilter || name === '(other)' || name === '(none)') return
      if (isExcluded) exclude(panel.by, name)
      else filter(panel.by, name)
    },
    zoom: (from, to) => go({ from: iso(from), to: iso(Math.max(to, from + 1)) }),
    zoomOut: () => (history.state?.of === 'console' ? history.back() : go({ from: 'now-1h', to: 'now' })),
  })
  if (shown.lines.length === 0) {
    // The axis stays, so that an empty range is seen to be a range.
    chart.node.classList.add('is-empty')
    chart.node.append(
      el(
        'p',
        { class: 'empty over' },
        hasFilters() ? 'Nothing here with these filters' : 'Nothing in this range',
      ),
    )
  }
  return chart
}

const iso = (seconds) => new Date(Math.round(seconds) * 1000).toISOString()

/** One or a few numbers, each with its name. */
export function statOf(panel, { columns, data }) {
  const values = columns.map((column, at) => {
    const look = panel.columns?.[column.name]
    const unit = look?.unit ?? panel.unit
    const value = data[at]?.[0] ?? null
    return el(
      'div',
      { class: 'figure' },
      el('b', value === null ? { class: 'unknown', title: unknownText(unit) } : {}, format(value, unit)),
      columns.length > 1 && el('span', { class: 'note' }, look?.label ?? column.name.replaceAll('_', ' ')),
    )
  })
  return el('div', { class: 'figures' }, ...values)
}

function menuOf(panel, page, answerNow) {
  const list = el('div', { class: 'menu', role: 'menu', hidden: true })
  const open = button('⋯', () => toggle(list.hidden), {
    class: 'quiet more',
    'aria-haspopup': 'menu',
    'aria-expanded': 'false',
    'aria-label': `More about ${panel.title}`,
  })
  const close = (event) => {
    if (!wrap.contains(event.target)) toggle(false)
  }
  const toggle = (isOpen) => {
    list.hidden = !isOpen
    open.setAttribute('aria-expanded', String(isOpen))
    document[isOpen ? 'addEventListener' : 'removeEventListener']('pointerdown', close)
    if (!isOpen) return
    const isTable = state().tables.includes(panel.id)
    const item = (text, run) =>
      button(
        text,
        () => {
          toggle(false)
          run()
        },
        { role: 'menuitem' },
      )
    replace(
      list,
      el('p', { class: 'about' }, panel.description),
      panel.viz !== 'table' &&
        item(isTable ? 'Show as picture' : 'Show as table', () => asTable(panel, !isTable)),
      item('Show SQL', () => showSql(panel)),
      item('Copy data', () => copy(tabbed(answerNow()), 'Data')),
      page.grafana(panel) &&
        el(
          'a',
          { role: 'menuitem', href: page.grafana(panel), target: '_blank', rel: 'noreferrer' },
          'Open in Grafana',
        ),
    )
    list.querySelector('[role=menuitem]')?.focus()
  }
  const wrap = el('div', { class: 'menu-of' }, open, list)
  wrap.addEventListener('keydown', (event) => {
    const items = [...list.querySelectorAll('[role=menuitem]')]
    const at = items.indexOf(document.activeElement)
    if (event.key === 'Escape' && !list.hidden) {
      toggle(false)
      open.focus()
      event.stopPropagation()
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      items.at((at + (event.key === 'ArrowDown' ? 1 : -1)) % items.length)?.focus()
    }
  })
  return wrap
}

function asTable({ id }, isTable) {
  const others = state().tables.filter((other) => other !== id)
  go({ tables: isTable ? [...others, id] : others }, { replace: true })
}

async function showSql(panel) {
  const { sql, values } = await ask(`api/panel/${panel.id}/sql?${queryOf(panel)}`)
  const shown = Object.entries(values).map(([name, value]) => `${name} = ${JSON.stringify(value)}`)
  dialog(
    `SQL of ${panel.title}`,
    el('pre', { tabindex: '0' }, sql),
    el('h4', {}, 'Bound values'),
    el('pre', { tabindex: '0' }, shown.join('\n')),
    button('Copy', () => copy(`${sql}\n\n${shown.map((line) => `-- ${line}`).join('\n')}\n`, 'SQL'), {
      class: 'main',
    }),
  )
}

/** As spreadsheets take it; unknown is an empty cell. */
function tabbed(answer) {
  if (answer === undefined) return ''
  const { columns, data } = answer
  const cell = (value) =>
    value === null
      ? ''
      : typeof value === 'object'
        ? JSON.stringify(value)
        : String(value).replace(/[\t\n]/g, ' ')
  const rows = (data[0] ?? []).map((_, row) =>
    data
      .map((values, at) =>
        /^Date/.test(columns[at].type) && values[row] !== null
          ? new Date(values[row] * 1000).toISOString()
          : cell(values[row]),
      )
      .join('\t'),
  )
  return [columns.map(({ name }) => name).join('\t'), ...rows].join('\n')
}
