import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromiumPath, type Page, startBrowser } from '../browser.ts'
import { freePort } from '../free-port.ts'
import { nodeCommand, type Spawned, spawnProcess } from '../spawn.ts'
import { tempDir } from '../temp-dir.ts'

export const noBrowser = chromiumPath === undefined ? 'no Chromium here (apt-get install chromium)' : false

export interface Journeys extends AsyncDisposable {
  readonly origin: string
  readonly admin: string
  readonly browser: Browser
  /** A page that must end without a complaint and without asking anybody else; a picture is kept when it fails. */
  walk(name: string, steps: (page: Page) => Promise<void>): Promise<void>
  /** A request through the data plane. */
  send(headers?: Readonly<Record<string, string>>, body?: object): Promise<void>
}

const main = join(import.meta.dirname, '..', '..', 'cli', 'main.ts')

/** The whole product, as a first visitor finds it, and a browser. */
export async function openJourneys(env: Readonly<Record<string, string>> = {}): Promise<Journeys> {
  const folder = await tempDir()
  const run: Spawned = spawnProcess([nodeCommand, main, 'up'], {
    cwd: folder.path,
    env: {
      SIDELIGHT_CONFIG: undefined,
      SIDELIGHT_LISTEN: '127.0.0.1:0',
      SIDELIGHT_ADMIN: '127.0.0.1:0',
      SIDELIGHT_WAREHOUSE_LISTEN: `127.0.0.1:${await freePort()}`,
      TZ: 'Europe/Berlin',
      ...env,
    },
  })
  const stop = async () => {
    await run.stop(15_000)
    await folder[Symbol.asyncDispose]()
  }
  try {
    const [, origin = ''] = await run.waitFor(/base URL {2}(http:\S+)\/v1/, 60_000)
    const [, admin = ''] = await run.waitFor(/console +(http:\S+)\/console\//)
    const browser = await startBrowser(chromiumPath ?? '')
    return {
      origin,
      admin,
      browser,
      walk: (name, steps) => walk({ browser, admin, name }, steps),
      send: (headers, body) => send(origin, headers, body),
      async [Symbol.asyncDispose]() {
        await browser[Symbol.asyncDispose]()
        await stop()
      },
    }
  } catch (error) {
    await stop()
    throw error
  }
}

async function walk(
  { browser, admin, name }: { browser: Browser; admin: string; name: string },
  steps: (page: Page) => Promise<void>,
): Promise<void> {
  const page = await browser.page()
  try {
    await steps(page)
    assert.deepEqual(page.complaints, [])
    assert.deepEqual(
      page.asked.filter((url) => !url.startsWith(`${admin}/`) && !url.startsWith('data:')),
      [],
    )
  } catch (error) {
    const folder = join(tmpdir(), 'sidelight-console-failures')
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, `${name}.png`), await page.screenshot())
    throw error
  } finally {
    await page.close()
  }
}

async function send(
  origin: string,
  headers: Readonly<Record<string, string>> = {},
  body: object = {},
): Promise<void> {
  const answer = await fetch(`${origin}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model: 'auto', messages: [{ role: 'user', content: 'Hello' }], ...body }),
  })
  await answer.text()
}
