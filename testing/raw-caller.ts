import { once } from 'node:events'
import net from 'node:net'

/** One answer as it came over the socket. Interim (1xx) answers are kept apart. */
export interface RawAnswer {
  readonly status: number
  readonly version: string
  /** Lower-cased names; repeated ones joined by a comma. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** The body is as long as its head says: content-length, the last chunk, or the end of the connection. */
  readonly isWhole: boolean
}

export interface RawCaller extends Disposable {
  readonly socket: net.Socket
  /** Everything that came back, as latin1. */
  readonly text: string
  /** ECONNRESET and the like; '' while there is none. */
  readonly error: string
  /** The server closed its side. */
  readonly hasEnded: boolean
  send(bytes: string | Buffer): void
  /** FIN: nothing more will be sent, answers are still read. */
  halfClose(): void
  /** Resolves with all answers when that many final ones are whole, or when the connection is over. */
  answers(count?: number, timeoutMs?: number): Promise<readonly RawAnswer[]>
  /** The first final answer. */
  answer(timeoutMs?: number): Promise<RawAnswer>
  closed(timeoutMs?: number): Promise<void>
}

/** A caller that says exactly what it is told, byte for byte, however wrong that is. */
export async function rawCaller(origin: string): Promise<RawCaller> {
  const { hostname, port } = new URL(origin)
  const socket = net.connect({ host: hostname, port: Number(port), allowHalfOpen: true, noDelay: true })
  let text = ''
  let error = ''
  let hasEnded = false
  let isClosed = false
  const waiters = new Set<() => void>()
  const wake = () => {
    for (const waiter of waiters) waiter()
  }
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1')
    wake()
  })
  socket.on('end', () => {
    hasEnded = true
    wake()
  })
  socket.on('error', (problem: NodeJS.ErrnoException) => {
    error = problem.code ?? problem.message
  })
  socket.on('close', () => {
    isClosed = true
    wake()
  })
  await once(socket, 'connect')

  const until = (done: () => boolean, timeoutMs: number, what: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!done()) return
        finish()
        resolve()
      }
      const finish = () => {
        clearTimeout(timer)
        waiters.delete(look)
      }
      const timer = setTimeout(() => {
        finish()
        reject(
          new Error(`no ${what} after ${timeoutMs} ms; got ${JSON.stringify(text.slice(0, 300))} ${error}`),
        )
      }, timeoutMs)
      waiters.add(look)
      look()
    })

  const answers = async (count = 1, timeoutMs = 5000) => {
    const read = () => finalAnswers(text, hasEnded || isClosed)
    await until(
      () => hasEnded || isClosed || read().filter((one) => one.isWhole).length >= count,
      timeoutMs,
      `${count} answers`,
    )
    return read()
  }
  return {
    socket,
    get text() {
      return text
    },
    get error() {
      return error
    },
    get hasEnded() {
      return hasEnded
    },
    send: (bytes) => void socket.write(bytes),
    halfClose: () => void socket.end(),
    answers,
    async answer(timeoutMs) {
      const [first] = await answers(1, timeoutMs)
      if (first === undefined) throw new Error(`closed without an answer: ${JSON.stringify(text)} ${error}`)
      return first
    },
    closed: (timeoutMs = 5000) => until(() => isClosed || hasEnded, timeoutMs, 'close'),
    [Symbol.dispose]: () => socket.destroy(),
  }
}

function finalAnswers(text: string, isOver: boolean): RawAnswer[] {
  const found: RawAnswer[] = []
  for (let at = 0; at < text.length; ) {
    const read = readAnswer(text, at, isOver)
    if (read === undefined) break
    if (read.answer.status >= 200) found.push(read.answer)
    at = read.end
  }
  return found
}

function readAnswer(
  text: string,
  at: number,
  isOver: boolean,
): { answer: RawAnswer; end: number } | undefined {
  const headEnd = text.indexOf('\r\n\r\n', at)
  if (headEnd < 0) return undefined
  const [first = '', ...lines] = text.slice(at, headEnd).split('\r\n')
  const match = /^(HTTP\/1\.[01]) (\d{3})/.exec(first)
  if (match === null)
    throw new Error(`no answer begins with ${JSON.stringify(first.slice(0, 100))} in ${JSON.stringify(text)}`)
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).toLowerCase()
    const value = line.slice(colon + 1).trim()
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`
  }
  const status = Number(match[2])
  const from = headEnd + 4
  const { body, end, isWhole } =
    status < 200 ? { body: '', end: from, isWhole: true } : readBody(text, from, headers, isOver)
  return { answer: { status, version: match[1] ?? '', headers, body, isWhole }, end }
}

function readBody(text: string, from: number, headers: Readonly<Record<string, string>>, isOver: boolean) {
  if (headers['transfer-encoding'] === 'chunked') return readChunked(text, from)
  const length = headers['content-length']
  if (length === undefined) return { body: text.slice(from), end: text.length, isWhole: isOver }
  const end = from + Number(length)
  return { body: text.slice(from, end), end, isWhole: text.length >= end }
}

function readChunked(text: string, from: number) {
  let body = ''
  for (let at = from; ; ) {
    const lineEnd = text.indexOf('\r\n', at)
    if (lineEnd < 0) return { body, end: text.length, isWhole: false }
    const size = Number.parseInt(text.slice(at, lineEnd), 16)
    const next = lineEnd + 2 + size + 2
    if (text.length < next) return { body, end: text.length, isWhole: false }
    if (size === 0) return { body, end: next, isWhole: true }
    body += text.slice(lineEnd + 2, lineEnd + 2 + size)
    at = next
  }
}
