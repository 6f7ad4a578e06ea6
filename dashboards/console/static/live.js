import { hrefOf, state } from './address.js'
import { button, el, replace } from './dom.js'
import { format, moment, timeOfDay, unknownText, utc } from './format.js'

const rowsMax = 200
const hiddenMs = 5 * 60_000
const again = 30_000

/** Requests as they end, in every window from one stream; what the list shows is decided by the filters. */
export function liveFeed({ onRow, onTick, onState }) {
  let source
  let isPaused = false
  let hideTimer
  let retryTimer
  const known = new Set()
  const open = () => {
    clearTimeout(retryTimer)
    if (isPaused || source !== undefined) return
    source = new EventSource('/console/api/stream')
    source.addEventListener('open', () => onState('live'))
    source.addEventListener('request', (event) => {
      const { row, of } = JSON.parse(event.data)
      if (known.has(row.id)) return
      known.add(row.id)
      if (known.size > 2000) known.delete(known.values().next().value)
      onRow(row, of)
    })
    source.addEventListener('tick', (event) => onTick(JSON.parse(event.data)))
    source.addEventListener('gap', (event) => onState('gap', JSON.parse(event.data).missed))
    source.addEventListener('error', () => {
      onState('away')
      // After a refusal (too many windows, not logged in) the browser does not try again by itself.
      if (source?.readyState !== EventSource.CLOSED) return
      close()
      retryTimer = setTimeout(open, again)
    })
  }
  const close = () => {
    source?.close()
    source = undefined
    clearTimeout(retryTimer)
  }
  document.addEventListener('visibilitychange', () => {
    clearTimeout(hideTimer)
    if (!document.hidden) return open()
    hideTimer = setTimeout(close, hiddenMs)
  })
  // A page that the browser keeps for the back button would keep its connection too, of six in all.
  addEventListener('pagehide', close)
  addEventListener('pageshow', (event) => event.persisted && open())
  return {
    open,
    again() {
      close()
      open()
    },
    toggle() {
      isPaused = !isPaused
      if (isPaused) close()
      else open()
      onState(isPaused ? 'paused' : 'away')
      return isPaused
    },
  }
}

/** The list itself; under the pointer it stands still. */
export function liveList() {
  const rows = []
  let held = []
  let isHeld = false
  let skipped = 0
  const body = el('tbody')
  const fresh = button('', () => release(), { class: 'fresh', hidden: true })
  const count = el('span', { class: 'note' })
  const columns = ['Time', 'Route', 'Model', 'Outcome', 'Cache', 'Tokens in', 'out', 'Cost', 'Duration']
  const table = el(
    'div',
    { class: 'scroll live-scroll', tabindex: '0', role: 'region', 'aria-label': 'Live requests, table' },
    el(
      'table',
      { class: 'live' },
      el(
        'thead',
        {},
        el(
          'tr',
          {},
          ...columns.map((name, at) =>
            el('th', { scope: 'col', class: at === 5 || at === 6 || at === 7 ? 'number' : undefined }, name),
          ),
        ),
      ),
      body,
    ),
  )
  const empty = el('p', { class: 'empty' }, 'No request yet since this sidecar started.')
  const node = el(
    'section',
    { class: 'panel live-panel', id: 'live', 'aria-labelledby': 'live-title' },
    el(
      'div',
      { class: 'panel-head' },
      el(
        'h3',
        { id: 'live-title', title: 'Requests of this sidecar as they end, from memory' },
        'Live requests',
      ),
      count,
      fresh,
    ),
    empty,
    table,
  )
  const hold = (value) => () => {
    isHeld = value
    if (!value) release()
  }
  table.addEventListener('pointerenter', (event) => event.pointerType === 'mouse' && hold(true)())
  table.addEventListener('pointerleave', hold(false))
  const release = () => {
    for (const row of held) insert(row)
    held = []
    show()
  }
  const insert = (row) => {
    rows.unshift(row)
    if (rows.length > rowsMax) rows.pop()
    if (isWanted(row)) body.prepend(rowOf(row))
    while (body.childElementCount > rowsMax) body.lastElementChild.remove()
  }
  const show = () => {
    fresh.hidden = held.length === 0
    fresh.textContent = `${held.length} new`
    empty.hidden = body.childElementCount > 0
    table.hidden = body.childElementCount === 0
    empty.textContent =
      rows.length === 0
        ? 'No request yet since this sidecar started.'
        : 'No live request matches the filters.'
    count.textContent = skipped > 0 ? `${skipped} more than can be shown` : ''
  }
  show()
  return {
    node,
    size: () => rows.length,
    push(row, of) {
      skipped += of - 1
      if (isHeld) held.push(row)
      else insert(row)
      show()
    },
    /** After the filters have changed. */
    redraw() {
      replace(body, rows.filter(isWanted).map(rowOf))
      show()
    },
  }
}

function isWanted(row) {
  const { chosen, excluded, search, customer } = state()
  const has = Object.entries(chosen).every(([name, values]) => values.includes(row[name]))
  const lacks = Object.entries(excluded).every(([name, values]) => !values.includes(row[name]))
  const text = [row.id, row.session, row.customer, row.feature, row.error_code].join(' ').toLowerCase()
  return has && lacks && text.includes(search.toLowerCase()) && (customer === '' || row.customer === customer)
}

/** A call takes milliseconds from the cache and a minute at worst: only on a scale of powers both are seen. */
const longestMs = 60_000

function rowOf(row) {
  const href = hrefOf({ request: row.id, tables: [] })
  const width = Math.max(
    2,
    Math.min(100, (Math.log(Math.max(row.duration_ms, 1)) / Math.log(longestMs)) * 100),
  )
  const who = [row.app, row.customer, row.feature].filter((name) => name !== '').join(' · ')
  const number = (value, unit) =>
    el(
      'td',
      {
        class: value === null ? 'number unknown' : 'number',
        title: value === null ? unknownText(unit) : undefined,
      },
      format(value, unit),
    )
  return el(
    'tr',
    { 'data-id': row.id, class: 'new' },
    el(
      'td',
      { title: utc(row.ts / 1000) },
      el('a', { href }, isToday(row.ts) ? timeOfDay(row.ts / 1000) : moment(row.ts / 1000)),
    ),
    el('td', { class: 'names', title: who }, el('span', {}, row.route || '(none)'), el('small', {}, who)),
    el(
      'td',
      { class: 'names', title: `${row.provider}/${row.model}` },
      el('span', {}, row.model || '(none)'),
      el('small', {}, row.provider),
    ),
    el(
      'td',
      {},
      el('span', { class: `status ${row.status}` }, row.status.replace('_', ' ')),
      row.attempts > 1 && el('small', { title: 'calls to providers' }, ` ×${row.attempts}`),
      row.error_code !== '' && el('small', { class: 'code' }, ` ${row.error_code}`),
    ),
    el('td', { class: row.cache === 'off' ? 'dim' : undefined }, row.cache),
    number(row.input_tokens, 'tokens'),
    number(row.output_tokens, 'tokens'),
    number(row.cost_usd, 'usd'),
    el(
      'td',
      { class: 'duration' },
      el('i', { class: `length ${row.status}`, style: { width: `${width}%` }, 'aria-hidden': 'true' }),
      el('b', {}, format(row.duration_ms, 'ms')),
    ),
  )
}

const isToday = (ms) => new Date(ms).toDateString() === new Date().toDateString()
