import { dialog, el } from './dom.js'

const keys = [
  ['/ or ⌘K', 'search: a request id opens it, other text filters'],
  ['f', 'add a filter'],
  ['[ and ]', 'board before and after'],
  ['l', 'to the live list; arrows move, Enter opens'],
  ['p', 'pause or go on live'],
  ['r', 'ask again'],
  ['t', 'light or dark'],
  ['Esc', 'close, or back from a request'],
  ['?', 'this'],
]

const mouse = [
  ['click a line or its name', 'only that one'],
  ['Shift-click', 'all but that one'],
  ['drag', 'zoom into the range'],
  ['double-click', 'back'],
  ['⋯', 'as table, SQL, copy, Grafana'],
]

const marks = [
  ['–', 'unknown: there is nothing to work it out from'],
  ['no price', 'requests without a known price; never counted as $0'],
  ['dashed, hatched', 'the last bucket, which is not over yet'],
  ['a gap', 'a rate of nothing; sums of nothing are drawn as zero'],
]

const list = (rows, tag) =>
  el(
    'dl',
    { class: 'keys' },
    ...rows.flatMap(([name, text]) => [el('dt', {}, el(tag, {}, name)), el('dd', {}, text)]),
  )

export function help() {
  if (document.querySelector('dialog[open]')) return
  dialog(
    'Help',
    el('h4', {}, 'Keys'),
    list(keys, 'kbd'),
    el('h4', {}, 'On pictures'),
    list(mouse, 'span'),
    el('h4', {}, 'How to read it'),
    list(marks, 'span'),
  )
}
