import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Parameters } from '../ingest/door.ts'
import type { Reply } from './engine-child.ts'

/** The embedded engine over a directory, without the endpoint in front of it. */
export interface Engine extends AsyncDisposable {
  run(statement: string, parameters?: Parameters): Promise<void>
  rows<Row>(query: string, parameters?: Parameters): Promise<readonly Row[]>
  /** With the time the engine took. */
  measure(statement: string, format?: string): Promise<Reply>
  /** SIGKILL: what a power cut does to the process. */
  kill(): Promise<void>
  close(): Promise<void>
}

const childFile = fileURLToPath(new URL('./engine-child.ts', import.meta.url))

export async function startEngine(directory: string): Promise<Engine> {
  const child = fork(childFile, [directory], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const exit = once(child, 'exit')
  const waiting = new Map<number, (reply: Reply) => void>()
  const ready = new Promise<void>((resolve, reject) => {
    child.once('exit', () => reject(new Error('the engine did not start')))
    child.on('message', (message: 'ready' | Reply) => {
      if (message === 'ready') return resolve()
      waiting.get(message.id)?.(message)
      waiting.delete(message.id)
    })
  })
  child.once('exit', () => {
    for (const [id, settle] of waiting)
      settle({ id, error: 'the engine is gone', elapsedMs: 0, cpuMs: 0, totalCpuMs: 0 })
  })
  await ready
  return engineOver(child, waiting, async () => void (await exit))
}

function engineOver(
  child: ChildProcess,
  waiting: Map<number, (reply: Reply) => void>,
  gone: () => Promise<void>,
): Engine {
  let asked = 0
  const measure = async (sql: string, format = 'Null') => {
    asked += 1
    const id = asked
    const reply = await new Promise<Reply>((resolve) => {
      waiting.set(id, resolve)
      child.send({ id, sql, format })
    })
    if (reply.error !== undefined) throw new Error(reply.error)
    return reply
  }
  const close = async () => {
    if (child.connected) child.disconnect()
    await gone()
  }
  return {
    measure,
    async run(statement, parameters) {
      await measure(settled(parameters) + statement)
    },
    async rows<Row>(query: string, parameters?: Parameters) {
      const { text = '' } = await measure(settled(parameters) + query, 'JSONEachRow')
      return text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Row)
    },
    async kill() {
      child.kill('SIGKILL')
      await gone()
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** The engine takes values of parameters as settings of the session. */
function settled(parameters: Parameters = {}): string {
  const quoted = (value: string) => `'${value.replace(/[\\']/g, '\\$&')}'`
  return Object.entries(parameters)
    .map(([name, value]) => `SET param_${name} = ${quoted(value)};`)
    .join('')
}
