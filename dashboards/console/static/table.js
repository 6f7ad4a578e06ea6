import { hrefOf, state } from './address.js'
import { button, el } from './dom.js'
import { format, unknownText, utc } from './format.js'

const rowsShown = 100
const isNumber = ({ type }) => /^(?:Nullable\()?(?:U?Int|Float|Decimal)/.test(type)
const isTime = ({ type }) => /^(?:Nullable\()?Date/.test(type)

/** Any answer as a table; columns of the catalog have labels, units and links. */
export function tableOf(panel, { columns, data }, onSort = () => {}) {
  const count = data[0]?.length ?? 0
  const order = Array.from({ length: count }, (_, row) => row)
  let sorted
  let isAll = count <= rowsShown
  const body = el('tbody')
  const draw = () => {
    body.replaceChildren()
    for (const row of isAll ? order : order.slice(0, rowsShown))
      body.append(
        el('tr', {}, ...columns.map((column, at) => cell(panel, { columns, column, value: data[at][row] }))),
      )
    more.hidden = isAll
  }
  const more = button(
    `Show all ${count} rows`,
    () => {
      isAll = true
      draw()
    },
    { class: 'quiet' },
  )
  const sortBy = (at, head) => {
    const isDown = !(sorted?.at === at && sorted.isDown)
    sorted = { at, isDown }
    order.sort((a, b) => (isDown ? 1 : -1) * compare(data[at][b], data[at][a]))
    for (const other of heads) other.removeAttribute('aria-sort')
    head.setAttribute('aria-sort', isDown ? 'descending' : 'ascending')
    draw()
    onSort()
  }
  const heads = columns.map((column, at) => {
    const head = el(
      'th',
      { scope: 'col', class: isNumber(column) ? 'number' : undefined },
      button(labelOf(panel, column), () => sortBy(at, head)),
    )
    return head
  })
  draw()
  return el(
    'div',
    { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': `${panel.title}, table` },
    el('table', {}, el('thead', {}, el('tr', {}, ...heads)), body),
    more,
  )
}

const labelOf = (panel, { name }) => panel.columns?.[name]?.label ?? capital(name.replaceAll('_', ' '))
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1)

/** Unknown stands last, however it is sorted. */
function compare(a, b) {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1
  return typeof a === 'number' && typeof b === 'number' ? a - b : String(a) < String(b) ? -1 : 1
}

function cell(panel, { columns, column, value }) {
  const look = panel.columns?.[column.name]
  const unit =
    look?.unit ??
    (isTime(column) ? 'time' : column.name === panel.valueName || columns.length === 2 ? panel.unit : 'text')
  const isUnknown = value === null
  const text = format(value, unit)
  const content =
    look?.link !== undefined && typeof value === 'string' && value !== ''
      ? el('a', { href: linkTo(look.link, value) }, shortId(value, look.link))
      : value === '' && look?.link !== undefined
        ? el('span', { class: 'dim' }, '(none)')
        : (statusOf(column, value) ?? text)
  return el(
    'td',
    {
      class: [isNumber(column) ? 'number' : '', isUnknown ? 'unknown' : ''].join(' ').trim() || undefined,
      title: isUnknown
        ? unknownText(unit)
        : unit === 'time' && typeof value === 'number'
          ? utc(value)
          : undefined,
    },
    content,
  )
}

const shortId = (value, { variable }) => (variable === 'request_id' ? `…${value.slice(-12)}` : value)

function statusOf({ name }, value) {
  if (name !== 'status' || typeof value !== 'string') return undefined
  return el('span', { class: `status ${value}` }, value)
}

/** To the board of the catalog with this one value more; a request has its own page. */
export function linkTo({ board, variable }, value) {
  if (variable === 'request_id') return hrefOf({ request: value, tables: [] })
  const boardName = board.replace('sidelight-', '')
  if (variable === 'one_customer')
    return hrefOf({ board: boardName, customer: value, request: undefined, tables: [] })
  return hrefOf({
    board: boardName,
    request: undefined,
    tables: [],
    chosen: { ...state().chosen, [variable]: [value] },
  })
}
