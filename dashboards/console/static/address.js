/** All that is shown is in the address: whoever gets it sees the same, and the back button goes back. */
const ranges = ['15m', '1h', '24h', '7d', '30d']
const listeners = new Set()
/** Names of filters are known once the catalog is there; until then none can be in force. */
let variables = []
let current = read()

export function useVariables(names) {
  variables = names
  current = read()
}

export const quickRanges = ranges
export const state = () => current
export const onChange = (listener) => listeners.add(listener)

function read() {
  const query = new URLSearchParams(location.search)
  const request = /^\/console\/r\/([0-9A-Fa-f-]+)$/.exec(location.pathname)?.[1]
  const chosen = {}
  const excluded = {}
  for (const name of variables) {
    if (query.has(name)) chosen[name] = query.getAll(name)
    if (query.has(`${name}!`)) excluded[name] = query.getAll(`${name}!`)
  }
  return {
    request,
    board: query.get('board') ?? 'overview',
    from: query.get('from') ?? 'now-1h',
    to: query.get('to') ?? 'now',
    chosen,
    excluded,
    search: query.get('search') ?? '',
    customer: query.get('one_customer') ?? '',
    requestId: query.get('request_id') ?? '',
    tables: query.getAll('table'),
  }
}

export const isLive = ({ to } = current) => to === 'now'

function write(next) {
  const query = new URLSearchParams()
  if (next.board !== 'overview') query.set('board', next.board)
  if (next.from !== 'now-1h') query.set('from', next.from)
  if (next.to !== 'now') query.set('to', next.to)
  filtersInto(query, next)
  for (const panel of next.tables) query.append('table', panel)
  const text = query.toString()
  const path = next.request === undefined ? '/console/' : `/console/r/${next.request}`
  return text === '' ? path : `${path}?${text}`
}

function filtersInto(query, { chosen, excluded, search, customer, requestId }) {
  for (const [name, values] of Object.entries(chosen)) for (const value of values) query.append(name, value)
  for (const [name, values] of Object.entries(excluded))
    for (const value of values) query.append(`${name}!`, value)
  if (search !== '') query.set('search', search)
  if (customer !== '') query.set('one_customer', customer)
  if (requestId !== '') query.set('request_id', requestId)
}

/** The address that a change leads to, for links. */
export const hrefOf = (patch) => write({ ...current, ...patch })

export function go(patch, { replace = false } = {}) {
  const href = hrefOf(patch)
  if (href === location.pathname + location.search) return
  history[replace ? 'replaceState' : 'pushState']({ of: 'console' }, '', href)
  changed()
}

function changed() {
  current = read()
  for (const listener of listeners) listener(current)
}

addEventListener('popstate', changed)

/** Links within the console change what is shown instead of loading it anew. */
document.addEventListener('click', (event) => {
  const link = event.target.closest?.('a[href^="/console/"]')
  if (!link || event.defaultPrevented || event.button !== 0) return
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
  event.preventDefault()
  const href = link.getAttribute('href')
  if (href === location.pathname + location.search) return
  history.pushState({ of: 'console' }, '', href)
  changed()
  scrollTo(0, 0)
})

export function filter(name, value) {
  const { [name]: _, ...excluded } = current.excluded
  const others = (current.excluded[name] ?? []).filter((one) => one !== value)
  const chosen = { ...current.chosen, [name]: [...new Set([...(current.chosen[name] ?? []), value])] }
  go({ chosen, excluded: others.length > 0 ? { ...excluded, [name]: others } : excluded })
}

export function exclude(name, value) {
  const { [name]: _, ...chosen } = current.chosen
  const others = (current.chosen[name] ?? []).filter((one) => one !== value)
  const excluded = { ...current.excluded, [name]: [...new Set([...(current.excluded[name] ?? []), value])] }
  go({ excluded, chosen: others.length > 0 ? { ...chosen, [name]: others } : chosen })
}

export function unfilter(kind, name, value) {
  const { [name]: values = [], ...others } = current[kind]
  const left = values.filter((one) => one !== value)
  go({ [kind]: left.length > 0 ? { ...others, [name]: left } : others })
}

export const clearFilters = () => go({ chosen: {}, excluded: {}, search: '', customer: '', requestId: '' })

export const hasFilters = ({ chosen, excluded, search } = current) =>
  Object.keys(chosen).length + Object.keys(excluded).length > 0 || search !== ''

/** What a panel is asked with: only what it listens to, so that a change of something else asks for nothing. */
export function queryOf(panel, { isBefore = false } = {}) {
  const query = new URLSearchParams({ from: current.from, to: current.to })
  if (isBefore) query.set('before', '1')
  const listens = new Set(panel.filters)
  const heard = (all) => Object.fromEntries(Object.entries(all).filter(([name]) => listens.has(name)))
  filtersInto(query, {
    chosen: heard(current.chosen),
    excluded: heard(current.excluded),
    search: listens.has('search') ? current.search : '',
    customer: listens.has('one_customer') ? current.customer : '',
    requestId: listens.has('request_id') ? current.requestId : '',
  })
  return query
}
