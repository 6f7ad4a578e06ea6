/**
 * Elements from plain values. Text is only ever text: names of customers, tags and codes are chosen by others, and
 * nothing of them is read as markup.
 */
export function el(tag, props = {}, ...children) {
  return fill(document.createElement(tag), props, children)
}

export function svg(tag, props = {}, ...children) {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', tag), props, children)
}

function fill(node, props, children) {
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue
    if (name === 'on')
      for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener)
    else if (name === 'style')
      for (const [property, text] of Object.entries(value)) node.style.setProperty(property, text)
    else if (name === 'value') node.value = value
    else node.setAttribute(name, value === true ? '' : String(value))
  }
  add(node, children)
  return node
}

export function add(node, children) {
  for (const child of children.flat()) {
    if (child === undefined || child === null || child === false) continue
    node.append(child instanceof Node ? child : String(child))
  }
}

export function replace(node, ...children) {
  node.replaceChildren()
  add(node, children)
}

export function button(label, onClick, props = {}) {
  return el('button', { type: 'button', ...props, on: { click: onClick } }, label)
}

/** For readers of the screen: what has changed without their doing. */
export function say(text) {
  document.getElementById('said').textContent = text
}

export async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text)
  } catch {
    // Without the clipboard's permission, and on plain HTTP beyond this machine.
    const area = el('textarea', { class: 'unseen', 'aria-hidden': 'true' })
    area.value = text
    document.body.append(area)
    area.select()
    document.execCommand('copy')
    area.remove()
  }
  toast(`${what} copied`)
}

let toastTimer
export function toast(text) {
  document.querySelector('.toast')?.remove()
  clearTimeout(toastTimer)
  document.body.append(el('div', { class: 'toast' }, text))
  say(text)
  toastTimer = setTimeout(() => document.querySelector('.toast')?.remove(), 2500)
}

export function dialog(title, ...children) {
  const node = el(
    'dialog',
    { 'aria-label': title, on: { close: () => node.remove() } },
    el(
      'div',
      { class: 'dialog-head' },
      el('h2', {}, title),
      button('Close', () => node.close(), { class: 'quiet' }),
    ),
    ...children,
  )
  node.addEventListener('click', (event) => {
    if (event.target === node) node.close()
  })
  document.body.append(node)
  node.showModal()
  return node
}
