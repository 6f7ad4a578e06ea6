import {
  clearFilters,
  exclude,
  filter,
  go,
  hasFilters,
  queryOf,
  quickRanges,
  state,
  unfilter,
} from './address.js'
import { ask } from './api.js'
import { button, dialog, el, replace } from './dom.js'
import { zone } from './format.js'

/** Range, filters and search: what the address says, and how it is changed. */
export function filterBar(page) {
  const chips = el('div', { class: 'chips', 'aria-label': 'Filters' })
  const ranges = el('div', { class: 'ranges', role: 'group', 'aria-label': 'Range' })
  const search = el('input', {
    type: 'search',
    id: 'search',
    placeholder: 'Id or text',
    'aria-label': 'Search: a request id opens it, other text filters',
    maxlength: '200',
    on: {
      keydown: (event) => event.key === 'Enter' && find(search.value.trim()),
      search: () => search.value === '' && find(''),
    },
  })
  const draw = () => {
    const now = state()
    search.value = now.search
    replace(
      ranges,
      quickRanges.map((range) => rangeButton(range, now)),
      button(isCustom(now) ? customText(now) : 'Custom', () => chooseRange(now), {
        'aria-pressed': String(isCustom(now)),
        title: `Times in ${zone}`,
      }),
    )
    replace(
      chips,
      ['chosen', 'excluded'].flatMap((kind) =>
        Object.entries(now[kind]).flatMap(([name, values]) => values.map((value) => chip(kind, name, value))),
      ),
      now.customer !== '' && plainChip(`customer: ${now.customer}`, () => go({ customer: '' })),
      now.search !== '' && plainChip(`text: ${now.search}`, () => go({ search: '' })),
      button('+ Filter', () => chooseFilter(page), {
        class: 'quiet',
        id: 'add-filter',
        'aria-haspopup': 'dialog',
      }),
      hasFilters() && button('Clear', clearFilters, { class: 'quiet' }),
    )
  }
  return { chips, ranges, search, draw }
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

function find(text) {
  if (uuid.test(text)) go({ request: text.toLowerCase(), tables: [] })
  else go({ search: text, request: undefined, ...(text === '' ? {} : { board: 'requests' }) })
}

const isCustom = ({ from, to }) => !(to === 'now' && quickRanges.some((range) => from === `now-${range}`))

function rangeButton(range, now) {
  const isOn = now.to === 'now' && now.from === `now-${range}`
  return button(range, () => go({ from: `now-${range}`, to: 'now' }), { 'aria-pressed': String(isOn) })
}

const two = (value) => String(value).padStart(2, '0')
const localText = (date) =>
  `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`

function customText({ from, to }) {
  if (to === 'now') return from.replace('now-', '')
  const short = (text) =>
    text.startsWith('now') ? text : localText(new Date(text)).slice(5).replace('T', ' ')
  return `${short(from)} – ${short(to)}`
}

function chip(kind, name, value) {
  const text = `${name} ${kind === 'chosen' ? '=' : '≠'} ${value}`
  return plainChip(text, () => unfilter(kind, name, value), kind)
}

function plainChip(text, remove, kind = '') {
  return el(
    'span',
    { class: `chip ${kind}` },
    el('span', {}, text),
    button('×', remove, { 'aria-label': `Remove ${text}` }),
  )
}

function chooseRange({ from, to }) {
  const at = (text, ago) => (text.startsWith('now') ? new Date(Date.now() - ago) : new Date(text))
  const first = el('input', {
    type: 'datetime-local',
    id: 'range-from',
    value: localText(at(from, 3_600_000)),
  })
  const last = el('input', { type: 'datetime-local', id: 'range-to', value: localText(at(to, 0)) })
  const said = el('p', { class: 'note', role: 'alert' })
  const node = dialog(
    'Range',
    el('label', { for: 'range-from' }, `From (${zone})`),
    first,
    el('label', { for: 'range-to' }, 'To'),
    last,
    said,
    button(
      'Show',
      () => {
        const [start, end] = [new Date(first.value), new Date(last.value)]
        if (!(start < end)) return replace(said, 'From has to be before to.')
        node.close()
        go({ from: start.toISOString(), to: end.toISOString() })
      },
      { class: 'main' },
    ),
  )
  first.focus()
}

/** Values of the range, the dearest first. */
function chooseFilter(page) {
  const names = page.catalog.variables
  const which = el(
    'select',
    { 'aria-label': 'Filter by', on: { change: () => list() } },
    ...names.map((name) => el('option', { value: name }, name.replace('_', ' '))),
  )
  which.value = 'customer'
  const search = el('input', {
    type: 'search',
    placeholder: 'Find a value',
    'aria-label': 'Find a value',
    on: { input: () => list() },
  })
  const values = el('ul', { class: 'values' })
  const node = dialog('Filter', el('div', { class: 'pair' }, which, search), values)
  let asking
  const list = async () => {
    asking?.abort()
    asking = new AbortController()
    const query = queryOf({ filters: [] })
    query.set('q', search.value)
    try {
      const found = await ask(`api/values/${which.value}?${query}`, { signal: asking.signal })
      replace(
        values,
        found.values.slice(0, 100).map((value) =>
          el(
            'li',
            {},
            button(value, () => choose(filter, value), { class: 'quiet name' }),
            button('all but', () => choose(exclude, value), {
              class: 'quiet',
              'aria-label': `All but ${value}`,
            }),
          ),
        ),
        found.values.length === 0 && el('li', { class: 'note' }, 'No value in this range.'),
        found.values.length > 100 &&
          el('li', { class: 'note' }, `100 of ${found.values.length}; type to find others.`),
      )
    } catch (error) {
      if (error.name !== 'AbortError') replace(values, el('li', { class: 'note' }, error.message))
    }
  }
  const choose = (act, value) => {
    node.close()
    act(which.value, value)
  }
  list()
  search.focus()
}
