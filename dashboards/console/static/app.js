import { clearFilters, go, hasFilters, hrefOf, isLive, onChange, state, useVariables } from './address.js'
import { ask, whenUnauthorized } from './api.js'
import { button, el, replace, say, toast } from './dom.js'
import { filterBar } from './filters.js'
import { format, moment } from './format.js'
import { help } from './help.js'
import { liveFeed, liveList } from './live.js'
import { login } from './login.js'
import { panelOf } from './panel.js'
import { requestPage } from './request.js'
import { tilesOf } from './tiles.js'
import { welcome } from './welcome.js'

const main = document.getElementById('main')
whenUnauthorized(() => login(main))

const page = { catalog: undefined, answered, failed, grafana }
let shown
let bar
let feed
const list = liveList()
const dot = button('Connecting', () => feed.toggle(), {
  class: 'dot away',
  id: 'live-dot',
  title: 'Live: click to pause',
})
const banner = el('div', { class: 'banner', role: 'status', hidden: true })
/** Whether there ever was a request; unknown until the warehouse has said so. */
let ever
let away

start()

async function start() {
  try {
    page.catalog = await ask('api/catalog')
  } catch (error) {
    if (error.status !== 401) replace(main, el('p', { class: 'empty' }, error.message))
    return
  }
  useVariables(page.catalog.variables)
  bar = filterBar(page)
  header()
  feed = liveFeed({ onRow, onTick, onState })
  onChange(update)
  feed.open()
  render()
  away = 'starting'
  await askEver()
  schedule()
}

function header() {
  replace(
    document.getElementById('top'),
    el(
      'a',
      { class: 'brand', href: '/console/' },
      el('img', { src: '/console/static/icon.svg', alt: '', width: '22', height: '22' }),
      'Sidelight',
    ),
    bar.ranges,
    bar.search,
    el(
      'div',
      { class: 'tools' },
      dot,
      el(
        'a',
        { id: 'grafana', class: 'button', target: '_blank', rel: 'noreferrer', hidden: true },
        'Grafana',
      ),
      button('◐', toggleTheme, { class: 'quiet', 'aria-label': 'Light or dark', title: 'Light or dark' }),
      button('?', help, { class: 'quiet', 'aria-label': 'Help', title: 'Help' }),
    ),
  )
  document.getElementById('top').after(bar.chips)
}

function toggleTheme() {
  const isDark = getComputedStyle(document.documentElement).getPropertyValue('--is-dark').trim() === '1'
  const theme = isDark ? 'light' : 'dark'
  document.documentElement.dataset.theme = theme
  localStorage.setItem('sidelight-theme', theme)
  redrawCharts()
}
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redrawCharts)

function redrawCharts() {
  for (const one of shown?.panels ?? []) one.redraw()
}

const boardNow = () =>
  page.catalog.boards.find(({ uid }) => uid === `sidelight-${state().board}`) ?? page.catalog.boards[0]

/** What was drawn last, to tell what has changed. */
let before = {}

function update(now) {
  const isOther = now.request !== before.request || now.board !== before.board
  const isAsked = JSON.stringify({ ...now, tables: 0 }) !== JSON.stringify({ ...before, tables: 0 })
  if (isOther) return render()
  bar.draw()
  chrome()
  if (isAsked) {
    before = now
    list.redraw()
    reload()
    schedule()
  } else {
    before = now
    for (const one of shown.panels ?? []) one.look()
  }
}

function render() {
  shown?.destroy()
  before = state()
  bar.draw()
  chrome()
  shown =
    before.request === undefined ? boardPage(boardNow()) : requestPage(before.request, page.catalog.facts)
  replace(main, banner, shown.node)
  tellEmptiness()
  reload()
}

function chrome() {
  const now = state()
  const current = boardNow()
  replace(
    document.getElementById('boards'),
    page.catalog.boards.map(({ uid, title, question }) => {
      const name = uid.replace('sidelight-', '')
      const href = hrefOf({ board: name, request: undefined, tables: [] })
      return el(
        'a',
        {
          href,
          title: question,
          'aria-current': current.uid === uid && now.request === undefined ? 'page' : undefined,
        },
        title,
      )
    }),
  )
  document.title =
    now.request === undefined
      ? `${current.title} · Sidelight`
      : `Request …${now.request.slice(-6)} · Sidelight`
  const link = document.getElementById('grafana')
  const href = grafanaHref(current.uid)
  link.hidden = href === undefined
  if (href !== undefined) link.href = href
}

function grafanaHref(uid) {
  const { grafana: origin } = page.catalog.facts
  if (origin === null) return undefined
  const { from, to, chosen } = state()
  const moment = (text) => (text.startsWith('now') ? text : String(Date.parse(text)))
  const query = new URLSearchParams({ from: moment(from), to: moment(to) })
  for (const [name, values] of Object.entries(chosen))
    for (const value of values) query.append(`var-${name}`, value)
  return `${origin.replace(/\/$/, '')}/d/${uid}?${query}`
}

function grafana() {
  return grafanaHref(boardNow().uid)
}

function boardPage(board) {
  const isOverview = board.uid === 'sidelight-overview'
  const panels = []
  const seen = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        const one = panels.find(({ node }) => node === target)
        one.isSeen = isIntersecting
        if (isIntersecting && one.isStale && away === undefined) load(one)
      }
    },
    { rootMargin: '120px' },
  )
  const load = (one) => {
    one.isStale = false
    return one.load()
  }
  const make = (panel) => {
    const one = Object.assign(panelOf(panel, page), { isSeen: false, isStale: true })
    panels.push(one)
    seen.observe(one.node)
    return one.node
  }
  let tiles
  const rows = board.rows.map((row, at) => {
    const wanted = row.panels.filter((panel) => !panel.filters.includes('request_id'))
    if (wanted.length === 0) return undefined
    if (isOverview && at === 0) {
      tiles = tilesOf(wanted, page)
      return el('div', {}, tiles.node, list.node)
    }
    const stats = wanted.filter(({ viz }) => viz === 'stat')
    const others = wanted.filter(({ viz }) => viz !== 'stat')
    return el(
      'section',
      { class: 'row', 'aria-label': row.title },
      el('h2', {}, row.title),
      stats.length > 0 && el('div', { class: 'stats' }, ...stats.map(make)),
      el('div', { class: 'grid' }, ...others.map(make)),
    )
  })
  const needsCustomer = board.uid === 'sidelight-customer' && state().customer === ''
  const body = el('div', { class: 'board-body' }, ...(needsCustomer ? [chooseCustomer()] : rows))
  return {
    node: el(
      'div',
      {},
      el(
        'div',
        { class: 'board-head' },
        el(
          'h1',
          {},
          board.uid === 'sidelight-customer' && state().customer !== '' ? state().customer : board.title,
        ),
        el('p', {}, board.question),
      ),
      el('div', { id: 'welcome-place' }),
      body,
    ),
    body,
    panels,
    tiles,
    reload() {
      if (board.uid === 'sidelight-customer' && (state().customer === '') !== needsCustomer) return render()
      if (needsCustomer) return undefined
      tiles?.load()
      for (const one of panels) {
        one.isStale = true
        if (one.isSeen) load(one)
      }
    },
    destroy() {
      seen.disconnect()
      tiles?.destroy()
      for (const one of panels) one.destroy()
    },
  }
}

function chooseCustomer() {
  const values = el('ul', { class: 'values' })
  const query = new URLSearchParams({ from: state().from, to: state().to })
  ask(`api/values/customer?${query}`)
    .then((found) =>
      replace(
        values,
        found.values
          .slice(0, 100)
          .map((value) => el('li', {}, el('a', { href: hrefOf({ customer: value }) }, value))),
        found.values.length === 0 &&
          el('li', { class: 'note' }, 'No customer is named in this range (x-sidelight-customer).'),
      ),
    )
    .catch((error) => replace(values, el('li', { class: 'note' }, error.message)))
  return el(
    'section',
    { class: 'panel' },
    el('div', { class: 'panel-head' }, el('h3', {}, 'Which customer?')),
    values,
  )
}

function answered(panel, answer) {
  shown.tiles?.spark(panel, answer)
  if (panel.id === 'overview-requests') {
    shown.isEmpty = answer.data[0]?.[0] === 0
    tellEmptiness()
  }
}

function failed(error) {
  if (error.body?.away || error.body?.gone) {
    away = error.message
    askEver()
  }
}

let asking
/** Pictures are asked for only while somebody answers: until then this asks, and then draws what was missed. */
async function askEver() {
  clearTimeout(asking)
  const was = away
  try {
    ever = await ask('api/status')
    away = ever.warehouse === 'ok' ? undefined : `the warehouse does not answer (${ever.code})`
  } catch (error) {
    ever = undefined
    away = error.message
  }
  if (away !== undefined && page.catalog.hasWarehouse) asking = setTimeout(askEver, awayMs)
  if (was !== undefined && away === undefined) reload()
  tellEmptiness()
}

const awayMs = 2000
const reload = () => {
  if (away === undefined && ever !== undefined) shown?.reload?.()
}

/** Says why there is nothing: nothing yet, nobody to ask, the filters, or the range. */
function tellEmptiness() {
  const place = document.getElementById('welcome-place')
  const isNew = ever !== undefined && (ever.warehouse !== 'ok' || ever.requests === 0) && list.size() === 0
  const isOverview = shown?.tiles !== undefined
  if (place !== null && isOverview) {
    document.body.classList.toggle('is-new', isNew)
    if (isNew && place.childElementCount === 0) replace(place, welcome(page))
    else if (!isNew) replace(place)
  } else document.body.classList.remove('is-new')
  // In the first seconds the warehouse is only just starting, and nobody misses it yet.
  if (away !== undefined && away !== 'starting' && !(isNew && isOverview && performance.now() < startingMs))
    tell(
      page.catalog.hasWarehouse
        ? `${capital(away)}. Live requests go on from memory; the boards come back with it.`
        : 'Records of this sidecar go to another one: here only its live requests are shown.',
    )
  else if (!isNew && shown?.isEmpty && hasFilters())
    tell(
      'No request in this range with these filters. ',
      button('Clear filters', clearFilters, { class: 'link' }),
    )
  else if (!isNew && shown?.isEmpty && ever?.last_hour)
    tell(
      `No request in this range; the last one was after ${moment(ever.last_hour)}. `,
      button('Show 7 days', () => go({ from: 'now-7d', to: 'now' }), { class: 'link' }),
    )
  else {
    banner.hidden = true
    replace(banner)
  }
}

const startingMs = 10_000
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1)

function tell(...what) {
  banner.hidden = false
  replace(banner, ...what)
}

let soon
/** When the warehouse has it: usually within two seconds, on a machine with much to do later. */
const shippedMs = [1500, 4000]

function onRow(row, of) {
  const wasEmpty = list.size() === 0
  list.push(row, of)
  if (wasEmpty) tellEmptiness()
  // Many at once ask once.
  if (isLive() && soon === undefined && row.ts > Date.now() - 60_000) lookAgain(0)
}

function lookAgain(at) {
  soon = setTimeout(() => {
    soon = undefined
    if (ever?.requests === 0) askEver()
    if (!document.hidden) reload()
    if (at + 1 < shippedMs.length) lookAgain(at + 1)
  }, shippedMs[at])
}

function onTick(tick) {
  dot.title = `Live: ${format(tick.requests, 'count')} requests in the last minute, ${format(tick.spend, 'usd')}, p95 ${format(tick.p95_ms, 'ms')}. Click to pause.`
  dot.querySelector('b')?.replaceChildren(`${format(tick.requests, 'count')}/min`)
}

function onState(now, missed) {
  if (now === 'gap') return toast(`${missed} requests went by too fast to be shown`)
  const words = { live: 'Live', paused: 'Paused', away: 'Connecting' }[now]
  if (dot.classList.contains(now) && dot.childElementCount > 0) return
  dot.className = `dot ${now}`
  replace(dot, el('i', { 'aria-hidden': 'true' }), words, now === 'live' && el('b', {}))
}

let timer
/** Short ranges move on quickly, long ones hardly. */
function schedule() {
  clearInterval(timer)
  if (!isLive()) return
  const { from } = state()
  const everyMs = /^now-\d+(s|m|1h)$/.test(from) || from === 'now-1h' ? 10_000 : 60_000
  timer = setInterval(() => {
    if (!document.hidden) reload()
  }, everyMs)
}

const inField = (target) => target.matches?.('input, select, textarea, dialog *')

document.addEventListener('keydown', (event) => {
  if ((event.metaKey || event.ctrlKey) && event.key === 'k') {
    event.preventDefault()
    return document.getElementById('search')?.focus()
  }
  if (event.key === 'Escape') return leave(event)
  if (inField(event.target) || event.metaKey || event.ctrlKey || event.altKey || page.catalog === undefined)
    return
  const run = keys[event.key]
  if (run === undefined) return
  event.preventDefault()
  run()
})

function leave(event) {
  if (event.target.id === 'search') return event.target.blur()
  if (document.querySelector('dialog[open]') === null && state().request !== undefined)
    go({ request: undefined })
}

const keys = {
  '/': () => document.getElementById('search').focus(),
  '?': help,
  f: () => document.getElementById('add-filter').click(),
  '[': () => step(-1),
  ']': () => step(1),
  l: () => {
    const first = list.node.querySelector('tbody a')
    first?.focus()
    if (!first) say('No live request yet')
  },
  p: () => feed.toggle(),
  r: reload,
  t: toggleTheme,
}

function step(by) {
  const { boards } = page.catalog
  const at = boards.indexOf(boardNow())
  const next = boards[(at + by + boards.length) % boards.length]
  go({ board: next.uid.replace('sidelight-', ''), request: undefined, tables: [] })
  say(next.title)
}

list.node.addEventListener('keydown', (event) => {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
  const links = [...list.node.querySelectorAll('tbody a')]
  const at = links.indexOf(document.activeElement)
  if (at < 0) return
  event.preventDefault()
  links[Math.max(0, Math.min(links.length - 1, at + (event.key === 'ArrowDown' ? 1 : -1)))].focus()
})
