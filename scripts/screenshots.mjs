// node scripts/screenshots.mjs URL: the pictures of docs/guide/console.md, from a sidecar that runs and has traffic.
import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { chromiumPath, startBrowser } from '../testing/browser.ts'

const [, , url = 'http://127.0.0.1:4101', range = 'now-24h'] = process.argv
const folder = join(import.meta.dirname, '..', 'docs', 'images')
const bytesMax = 150_000
if (chromiumPath === undefined) throw new Error('no Chromium here (apt-get install chromium)')
mkdirSync(folder, { recursive: true })

const query = `from=${range}`
const drawn = "document.querySelectorAll('.uplot').length >= 1"
const request = await someRequest()
const pictures = [
  { name: 'console-overview', path: `?${query}`, look: { width: 1120, height: 700 }, until: drawn },
  {
    name: 'console-dark',
    path: `?board=cost&${query}`,
    look: { width: 1120, height: 700, isDark: true },
    until: drawn,
  },
  {
    name: 'console-phone',
    path: `?${query}`,
    look: { width: 360, height: 720 },
    until: "document.querySelector('#live td')",
  },
  {
    name: 'console-request',
    path: `r/${request}`,
    look: { width: 1120, height: 860 },
    until: "document.querySelector('.waterfall')",
  },
]

await using browser = await startBrowser(chromiumPath)
for (const { name, path, look, until } of pictures) {
  const page = await browser.page(look)
  await page.goto(`${url}/console/${path}`)
  await page.until(until, 30_000)
  // Sparklines and the live list come a moment after the first answers.
  await sleep(2500)
  const file = join(folder, `${name}.png`)
  writeFileSync(file, await page.screenshot())
  const { size } = statSync(file)
  process.stdout.write(`${name}: ${size} bytes\n`)
  if (size > bytesMax) process.exitCode = 1
  await page.close()
}

/** One that needed more than one call says more. */
async function someRequest() {
  const answer = await fetch(`${url}/console/api/panel/requests-list?${query}&app!=nobody`)
  const { columns, data } = await answer.json()
  const at = (name) => data[columns.findIndex((column) => column.name === name)]
  const ids = at('request')
    .filter((_, row) => at('status')[row] === 'ok')
    .slice(0, 60)
  for (const id of ids) {
    const found = await fetch(`${url}/console/api/request/${id}`)
    if (found.ok && (await found.json()).explanation.attempts.length > 1) return id
  }
  return ids[0]
}
