import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { tempDir } from './temp-dir.ts'

/** Chromium over its DevTools protocol: no framework, no download of a browser. */
export interface Browser extends AsyncDisposable {
  page(look?: Look): Promise<Page>
}

export interface Look {
  readonly width?: number
  readonly height?: number
  readonly isDark?: boolean
}

export interface Page {
  /** Errors of the console, uncaught exceptions, refusals of the content security policy. */
  readonly complaints: readonly string[]
  /** Every address that was asked for. */
  readonly asked: readonly string[]
  goto(url: string): Promise<void>
  run<T>(expression: string): Promise<T>
  /** Until the expression is true; fails with what the page shows. */
  until(expression: string, limitMs?: number): Promise<void>
  click(selector: string, more?: { readonly isShift?: boolean; readonly times?: number }): Promise<void>
  drag(selector: string, from: number, to: number): Promise<void>
  /** As DevTools names it: `Tab`, `Enter`, `Escape`, `ArrowDown`, or one character. */
  press(key: string): Promise<void>
  type(text: string): Promise<void>
  look(look: Look): Promise<void>
  screenshot(options?: { readonly isWhole?: boolean }): Promise<Buffer>
  close(): Promise<void>
}

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

export const chromiumPath = places.find((path) => existsSync(path))

const startMs = 30_000

export async function startBrowser(path: string): Promise<Browser> {
  const profile = await tempDir('sidelight-browser-')
  // In a container without user namespaces the sandbox cannot start; what is opened here is ours.
  const own = [
    '--headless=new',
    '--remote-debugging-port=0',
    `--user-data-dir=${profile.path}`,
    '--no-sandbox',
  ]
  const quiet = [
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--mute-audio',
    '--hide-scrollbars',
  ]
  const child = spawn(path, [...own, ...quiet, 'about:blank'], { stdio: 'ignore', detached: true })
  const stop = async () => {
    await endGroup(child)
    // Helpers of the browser may still write while they end.
    for (let tries = 0; tries < 20; tries += 1) {
      try {
        return await profile[Symbol.asyncDispose]()
      } catch {
        await sleep(100)
      }
    }
  }
  try {
    const socket = await connect(await addressIn(profile.file('DevToolsActivePort')))
    return {
      page: (look) => openPage(socket, look ?? {}),
      async [Symbol.asyncDispose]() {
        socket.close()
        await stop()
      },
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** The browser and its helpers are one group of processes, led by the one started here. */
async function endGroup(child: ChildProcess): Promise<void> {
  const { pid } = child
  if (pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  process.kill(-pid, 'SIGKILL')
  await ended
}

async function addressIn(file: string): Promise<string> {
  const until = Date.now() + startMs
  while (Date.now() < until) {
    const [port, path] = (await readFile(file, 'utf8').catch(() => '')).split('\n')
    if (port !== undefined && path !== undefined && path !== '') return `ws://127.0.0.1:${port}${path}`
    await sleep(50)
  }
  throw new Error('the browser did not start')
}

interface Message {
  readonly id?: number
  readonly sessionId?: string
  readonly method?: string
  readonly params?: Record<string, unknown>
  readonly result?: Record<string, unknown>
  readonly error?: { readonly message: string }
}

interface Socket {
  send(method: string, params?: object, sessionId?: string): Promise<Record<string, unknown>>
  on(sessionId: string, listener: (method: string, params: Record<string, unknown>) => void): void
  close(): void
}

async function connect(address: string): Promise<Socket> {
  const socket = new WebSocket(address)
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve, { once: true })
    socket.addEventListener('error', () => reject(new Error('the browser does not answer')), { once: true })
  })
  const waiting = new Map<
    number,
    { resolve(value: Record<string, unknown>): void; reject(error: Error): void }
  >()
  const listeners = new Map<string, (method: string, params: Record<string, unknown>) => void>()
  let nextId = 1
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data)) as Message
    if (message.id === undefined)
      return listeners.get(message.sessionId ?? '')?.(message.method ?? '', message.params ?? {})
    const one = waiting.get(message.id)
    waiting.delete(message.id)
    if (message.error === undefined) one?.resolve(message.result ?? {})
    else one?.reject(new Error(message.error.message))
  })
  return {
    send(method, params = {}, sessionId) {
      const id = nextId
      nextId += 1
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject })
        socket.send(JSON.stringify({ id, method, params, ...(sessionId === undefined ? {} : { sessionId }) }))
      })
    },
    on: (sessionId, listener) => void listeners.set(sessionId, listener),
    close: () => socket.close(),
  }
}

async function openPage(socket: Socket, first: Look): Promise<Page> {
  const { targetId } = await socket.send('Target.createTarget', { url: 'about:blank' })
  const { sessionId } = await socket.send('Target.attachToTarget', { targetId, flatten: true })
  const session = String(sessionId)
  const send = (method: string, params: object = {}) => socket.send(method, params, session)
  const complaints: string[] = []
  const asked: string[] = []
  socket.on(session, (method, params) => {
    const complaint = complaintOf(method, params)
    if (complaint !== undefined) complaints.push(complaint)
    if (method === 'Network.requestWillBeSent') asked.push((params['request'] as { url: string }).url)
  })
  for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await send(`${domain}.enable`)
  const run = async <T>(expression: string): Promise<T> => {
    const answer = await send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true })
    const { exceptionDetails, result } = answer as {
      exceptionDetails?: { exception?: { description?: string } }
      result: { value: T }
    }
    if (exceptionDetails !== undefined)
      throw new Error(exceptionDetails.exception?.description ?? `failed: ${expression}`)
    return result.value
  }
  const until = async (expression: string, limitMs = 15_000) => {
    const end = Date.now() + limitMs
    for (;;) {
      if (await run<boolean>(`Boolean(${expression})`).catch(() => false)) return
      if (Date.now() > end) {
        const text = await run<string>('document.body.innerText').catch(() => '')
        throw new Error(
          `not within ${limitMs} ms: ${expression}\n${complaints.join('\n')}\n${text.slice(0, 1500)}`,
        )
      }
      await sleep(25)
    }
  }
  const place = (selector: string) =>
    run<{ x: number; y: number; width: number; height: number }>(`(() => {
      const node = document.querySelector(${JSON.stringify(selector)})
      if (node === null) throw new Error('nothing is ${selector.replaceAll("'", '')}')
      node.scrollIntoView({ block: 'center', inline: 'nearest' })
      const { x, y, width, height } = node.getBoundingClientRect()
      return { x, y, width, height }
    })()`)
  const mouse = (type: string, x: number, y: number, more: object = {}) =>
    send('Input.dispatchMouseEvent', { type, x, y, button: 'left', ...more })
  const look = async ({ width = 1360, height = 900, isDark = false }: Look) => {
    await send('Emulation.setDeviceMetricsOverride', {
      width,
      height,
      deviceScaleFactor: 1,
      mobile: width < 500,
    })
    await send('Emulation.setEmulatedMedia', {
      features: [{ name: 'prefers-color-scheme', value: isDark ? 'dark' : 'light' }],
    })
  }
  await look(first)
  return {
    complaints,
    asked,
    run,
    until,
    look,
    async goto(url) {
      await send('Page.navigate', { url })
      await until(`document.readyState === 'complete' && location.href.startsWith(${JSON.stringify(url)})`)
    },
    async click(selector, { isShift = false, times = 1 } = {}) {
      const { x, y, width, height } = await place(selector)
      const [left, top] = [x + width / 2, y + height / 2]
      const more = { modifiers: isShift ? 8 : 0 }
      await mouse('mouseMoved', left, top)
      for (let clickCount = 1; clickCount <= times; clickCount += 1) {
        await mouse('mousePressed', left, top, { clickCount, ...more })
        await mouse('mouseReleased', left, top, { clickCount, ...more })
      }
    },
    async drag(selector, from, to) {
      const { x, y, width, height } = await place(selector)
      const at = (share: number) => x + width * share
      await mouse('mouseMoved', at(from), y + height / 2)
      await mouse('mousePressed', at(from), y + height / 2, { clickCount: 1 })
      for (let step = 1; step <= 5; step += 1)
        await mouse('mouseMoved', at(from + ((to - from) * step) / 5), y + height / 2, { buttons: 1 })
      await mouse('mouseReleased', at(to), y + height / 2, { clickCount: 1 })
    },
    async press(key) {
      const isText = key.length === 1
      const codes: Readonly<Record<string, number>> = {
        Enter: 13,
        Tab: 9,
        Escape: 27,
        ArrowDown: 40,
        ArrowUp: 38,
      }
      const text = isText ? key : key === 'Enter' ? '\r' : undefined
      const event = { key, ...(text === undefined ? {} : { text }), windowsVirtualKeyCode: codes[key] ?? 0 }
      await send('Input.dispatchKeyEvent', { type: text === undefined ? 'rawKeyDown' : 'keyDown', ...event })
      await send('Input.dispatchKeyEvent', { type: 'keyUp', ...event })
    },
    type: async (text) => void (await send('Input.insertText', { text })),
    async screenshot({ isWhole = false } = {}) {
      const { data } = await send('Page.captureScreenshot', { format: 'png', captureBeyondViewport: isWhole })
      return Buffer.from(String(data), 'base64')
    },
    close: async () => void (await socket.send('Target.closeTarget', { targetId })),
  }
}

function complaintOf(method: string, params: Record<string, unknown>): string | undefined {
  if (method === 'Runtime.exceptionThrown') {
    const { exceptionDetails } = params as {
      exceptionDetails: { text: string; exception?: { description?: string } }
    }
    return exceptionDetails.exception?.description ?? exceptionDetails.text
  }
  if (method === 'Runtime.consoleAPICalled' && (params['type'] === 'error' || params['type'] === 'warning'))
    return JSON.stringify(params['args'])
  if (method === 'Log.entryAdded') {
    const { entry } = params as { entry: { level: string; text: string; url?: string } }
    if (entry.level === 'error') return `${entry.text} ${entry.url ?? ''}`
  }
  return undefined
}
