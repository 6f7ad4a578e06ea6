import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Page } from '../../testing/browser.ts'
import { type Journeys, noBrowser, openJourneys } from '../../testing/console/journeys.ts'

const opened = noBrowser === false ? await openJourneys() : undefined
after(() => opened?.[Symbol.asyncDispose]())

function walk(name: string, steps: (page: Page, journeys: Journeys) => Promise<void>): Promise<void> {
  assert.ok(opened)
  return opened.walk(name, (page) => steps(page, opened))
}

const rows = "document.querySelectorAll('#live tbody tr').length"

const hostile = '<img src=x onerror=alert(1)>'

test('names from headers are text and nothing else, wherever they are shown', { skip: noBrowser }, () =>
  walk('hostile', async (page, { admin, send }) => {
    await send({
      'x-sidelight-customer': hostile,
      'x-sidelight-feature': hostile,
      'x-sidelight-session': hostile,
      'x-sidelight-prompt': `${hostile}@${hostile}`,
      'x-sidelight-tags': `a=${hostile}`,
      'x-sidelight-tier': hostile,
    })
    await send({ 'x-sidelight-customer': "o'brien", 'x-sidelight-feature': 'chat' })
    const value = encodeURIComponent(hostile)
    const addresses = [
      '',
      '?board=cost',
      '?board=customers',
      `?customer=${value}&customer!=${value}&search=${value}`,
      `?board=customer&one_customer=${value}`,
      '?board=requests&table=requests-by-status',
    ]
    for (const address of addresses) {
      await page.goto(`${admin}/console/${address}`)
      await page
        .until("document.querySelector('#main h1') && !document.querySelector('[aria-busy]')", 3000)
        .catch(() => {})
      assert.equal(
        await page.run('document.querySelectorAll(\'img:not([alt=""]), [onerror]\').length'),
        0,
        address,
      )
    }
    await page.goto(`${admin}/console/`)
    await page.until(
      `[...document.querySelectorAll('#live tr')].some((row) => row.textContent.includes(${JSON.stringify(hostile)}))`,
    )
    await page.run(
      `[...document.querySelectorAll('#live tr')].find((row) => row.textContent.includes(${JSON.stringify(hostile)})).querySelector('a').click()`,
    )
    await page.until(
      `document.querySelector('.request dl')?.textContent.includes(${JSON.stringify(hostile)})`,
    )
    assert.equal(await page.run('document.querySelectorAll(\'img:not([alt=""]), [onerror]\').length'), 0)
  }),
)

test(
  'a click filters, Shift leaves out, the address says so and a reload keeps it',
  { skip: noBrowser },
  () =>
    walk('filters', async (page, { admin }) => {
      await page.goto(`${admin}/console/?from=now-24h`)
      const legend = '#overview-spend-by-model .legend button'
      await page.until(`document.querySelector('${legend}')`)
      await page.click(legend)
      await page.until("location.search.includes('model=sim-fast')")
      await page.until("document.querySelector('.chip')?.textContent.includes('model = sim-fast')")
      await page.goto(await page.run<string>('location.href'))
      await page.until("document.querySelector('.chip')?.textContent.includes('model = sim-fast')")
      await page.until(`document.querySelector('${legend}')`)
      await page.click(legend, { isShift: true })
      await page.until("location.search.includes('model%21=sim-fast')")
      await page.until("document.querySelector('.banner:not([hidden])')?.textContent.includes('filters')")
      await page.click('.banner button')
      await page.until("!document.querySelector('.chip')")
      // Two back: the filter, then none.
      await page.run('history.back()')
      await page.until("document.querySelector('.chip.excluded')")
    }),
)

test('a drag zooms, a double click goes back, and a picture is also a table', { skip: noBrowser }, () =>
  walk('zoom', async (page, { admin }) => {
    await page.goto(`${admin}/console/?from=now-24h`)
    const plot = '#overview-durations .u-over'
    await page.until(`document.querySelector('${plot}')`)
    await page.drag(plot, 0.3, 0.6)
    await page.until('/from=2\\d{3}-/.test(location.search)')
    await page.until(`document.querySelector('${plot}')`)
    const zoomed = new URLSearchParams(await page.run<string>('location.search'))
    const hours = (Date.parse(zoomed.get('to') ?? '') - Date.parse(zoomed.get('from') ?? '')) / 3_600_000
    assert.ok(Math.abs(hours - 7.2) < 0.5, `${hours} hours`)
    await page.click(plot, { times: 2 })
    await page.until("location.search.includes('from=now-24h')")
    await page.click('#overview-spend-by-model .more')
    await page.run(
      "[...document.querySelectorAll('.menu [role=menuitem]')].find((item) => item.textContent === 'Show as table').click()",
    )
    await page.until("document.querySelector('#overview-spend-by-model tbody tr')")
    assert.match(await page.run<string>('location.search'), /table=overview-spend-by-model/)
    await page.click('#overview-spend-by-model .more')
    await page.run(
      "[...document.querySelectorAll('.menu [role=menuitem]')].find((item) => item.textContent === 'Show SQL').click()",
    )
    await page.until(
      "document.querySelector('dialog pre')?.textContent.includes('FROM sidelight.requests_priced')",
    )
    await page.press('Escape')
    await page.until("!document.querySelector('dialog')")
  }),
)

test('every board can be seen, light and dark, on a wide screen and on a phone', { skip: noBrowser }, () =>
  walk('boards', async (page, { admin }) => {
    for (const look of [{ isDark: true }, { width: 360, height: 780 }]) {
      await page.look(look)
      await page.goto(`${admin}/console/?from=now-24h`)
      await page.until("document.querySelectorAll('#boards a').length === 12")
      for (let board = 0; board < 12; board += 1) {
        await page.until("document.querySelector('#main h1')")
        assert.deepEqual(await page.run(lookOver), [], await page.run<string>('document.title'))
        await page.press(']')
      }
      await page.until("document.title.startsWith('Overview')")
    }
  }),
)

/** What must hold on every page: it fits, everything has a name, and what is to be read can be read. */
const lookOver = `(() => {
  const wrong = []
  if (document.documentElement.scrollWidth > innerWidth) wrong.push('wider than the window: ' + document.documentElement.scrollWidth)
  for (const node of document.querySelectorAll('button, a[href], input, select, [role=img], [role=region]')) {
    if (node.offsetParent === null) continue
    const name = node.getAttribute('aria-label') || node.textContent.trim() || (node.id && document.querySelector('label[for=' + node.id + ']')?.textContent)
    if (!name) wrong.push('no name: ' + node.outerHTML.slice(0, 80))
  }
  const ids = [...document.querySelectorAll('[id]')].map((node) => node.id)
  for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) wrong.push('twice: ' + id)
  const lightness = (text) => {
    const [r, g, b] = text.match(/[\\d.]+/g).map((part) => Number(part) / 255).map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const ground = (node) => {
    for (let one = node; one; one = one.parentElement) {
      const color = getComputedStyle(one).backgroundColor
      if (/^rgb\\(/.test(color)) return color
    }
    return 'rgb(255, 255, 255)'
  }
  for (const node of document.querySelectorAll('h1, h2, h3, p, td, th, dt, dd, b, small, span, button, a')) {
    if (node.offsetParent === null || node.closest('.unseen, [aria-hidden], .toast') || ![...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim())) continue
    const color = getComputedStyle(node).color
    if (!/^rgb\\(/.test(color) || node.getAnimations().length > 0 || node.closest('tr.new')) continue
    const [high, low] = [lightness(color), lightness(ground(node))].sort((a, b) => b - a)
    const contrast = (high + 0.05) / (low + 0.05)
    if (contrast < 4.5) wrong.push(contrast.toFixed(1) + ': ' + node.textContent.slice(0, 40))
  }
  return [...new Set(wrong)]
})()`

test('without a mouse: focus is seen, keys lead everywhere', { skip: noBrowser }, () =>
  walk('keyboard', async (page, { admin }) => {
    await page.goto(`${admin}/console/?from=now-24h`)
    await page.until(`${rows} > 0`)
    const focus = () =>
      page.run<string>('document.activeElement.id || document.activeElement.textContent.slice(0, 20)')
    await page.press('Tab')
    assert.match(await focus(), /Skip to/)
    for (let times = 0; times < 12; times += 1) {
      await page.press('Tab')
      const outline = await page.run<string>(
        'getComputedStyle(document.activeElement).outlineStyle + getComputedStyle(document.activeElement).outlineWidth',
      )
      assert.equal(outline, 'solid2px', await focus())
    }
    await page.press('?')
    await page.until("document.querySelector('dialog[open]')")
    await page.press('Escape')
    await page.until("!document.querySelector('dialog')")
    await page.run('document.activeElement.blur()')
    await page.press('l')
    await page.press('ArrowDown')
    await page.press('Enter')
    await page.until("document.querySelector('.request h2')")
    await page.press('Escape')
    await page.until("document.querySelector('.tiles')")
    await page.press('/')
    assert.equal(await focus(), 'search')
    await page.type("o'b")
    await page.press('Enter')
    await page.until("location.search.includes('search=o%27b') && document.title.startsWith('Requests')")
    await page.until(
      "document.querySelector('#requests-list tbody td')?.closest('table').textContent.includes(\"o'brien\")",
    )
    await page.press('Escape')
    await page.press('t')
    assert.equal(
      await page.run("getComputedStyle(document.documentElement).getPropertyValue('--is-dark').trim()"),
      '1',
    )
  }),
)
