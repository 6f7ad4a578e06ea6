import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'

export interface SpawnOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly stdin?: string
}

export interface Spawned extends AsyncDisposable {
  readonly pid: number
  readonly stdout: string
  readonly stderr: string
  readonly exit: Promise<Exit>
  readonly running: boolean
  /** Resolves with the first match in stdout or stderr; rejects with the output when time or process ends. */
  waitFor(pattern: RegExp, timeoutMs?: number): Promise<RegExpMatchArray>
  signal(name: NodeJS.Signals): void
  /** SIGTERM, then SIGKILL after the grace; resolves when the process is gone. */
  stop(graceMs?: number): Promise<Exit>
}

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** The Node that runs the tests runs the children too, whatever is first on PATH. */
export const nodeCommand = process.execPath

export function spawnProcess(command: readonly string[], options: SpawnOptions = {}): Spawned {
  const [program, ...args] = command
  if (program === undefined) throw new Error('nothing to start')
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: [options.stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  })
  if (options.stdin !== undefined) child.stdin?.end(options.stdin)
  return supervise(child, command.join(' '))
}

function supervise(child: ChildProcess, title: string): Spawned {
  const output = { stdout: '', stderr: '' }
  const listeners = new Set<() => void>()
  const collect = (stream: 'stdout' | 'stderr') => (chunk: string) => {
    output[stream] += chunk
    for (const listener of listeners) listener()
  }
  child.stdout?.setEncoding('utf8').on('data', collect('stdout'))
  child.stderr?.setEncoding('utf8').on('data', collect('stderr'))
  let running = true
  const exit = new Promise<Exit>((resolve) => {
    const settle = (code: number | null, signal: NodeJS.Signals | null) => {
      running = false
      resolve({ code, signal })
      for (const listener of listeners) listener()
    }
    child.once('close', settle)
    child.once('error', (error) => {
      output.stderr += `${error.message}\n`
      settle(null, null)
    })
  })

  const waitFor = (pattern: RegExp, timeoutMs = 10_000) =>
    new Promise<RegExpMatchArray>((resolve, reject) => {
      const finish = (settle: () => void) => {
        clearTimeout(timer)
        listeners.delete(look)
        settle()
      }
      const fail = (why: string) =>
        finish(() =>
          reject(new Error(`${title}: ${why} before ${pattern}\n${output.stdout}${output.stderr}`)),
        )
      const look = () => {
        const match = output.stdout.match(pattern) ?? output.stderr.match(pattern)
        if (match) finish(() => resolve(match))
        else if (!running) fail('ended')
      }
      const timer = setTimeout(() => fail(`${timeoutMs} ms passed`), timeoutMs)
      listeners.add(look)
      look()
    })

  const stop = async (graceMs = 5000) => {
    if (running) child.kill('SIGTERM')
    const cancel = new AbortController()
    const expired = sleep(graceMs, 'expired', { signal: cancel.signal, ref: false }).catch(() => 'cancelled')
    if ((await Promise.race([exit, expired])) === 'expired' && running) child.kill('SIGKILL')
    cancel.abort()
    return exit
  }

  return {
    pid: child.pid ?? -1,
    get stdout() {
      return output.stdout
    },
    get stderr() {
      return output.stderr
    },
    exit,
    get running() {
      return running
    },
    waitFor,
    signal: (name) => void child.kill(name),
    stop,
    [Symbol.asyncDispose]: async () => void (await stop()),
  }
}
