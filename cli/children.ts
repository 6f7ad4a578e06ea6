import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Log } from '../sidecar/observe/log.ts'

export interface ChildCommand {
  readonly program: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
}

export interface ChildOptions {
  readonly name: string
  readonly command: ChildCommand
  readonly log: Log
  /** A line on its standard output that says it serves; its first group is the address. */
  readonly ready: RegExp
  /** How long it may take to end before it is killed. */
  readonly stopMs: number
  /** Exit codes that say that another process has what it needs, and a sentence about each. */
  readonly taken?: Readonly<Record<number, string>>
}

export interface Child {
  /** Undefined while it is not up. */
  address(): string | undefined
  starts(): number
  /** Resolves with the address of the first start, or with why there is none. */
  readonly started: Promise<{ address: string } | { problem: string }>
  /** Resolves with a sentence when its first start found taken what it needs; it is not started again. */
  readonly refused: Promise<string>
  /** A signal came, which may be for it too: however it ends now, it is not started again. */
  letGo(): void
  /** Resolves when it has ended. It can be asked more than once. */
  stop(): Promise<void>
}

/** What a page of metrics says of them. */
export function childMetrics(children: ReadonlyMap<string, Child>): string {
  if (children.size === 0) return ''
  const lines = (name: string, value: (child: Child) => number) =>
    [...children].map(([child, one]) => `sidelight_${name}{child="${child}"} ${value(one)}`)
  return `${[
    '# HELP sidelight_child_up Whether a process beside this one is up.',
    '# TYPE sidelight_child_up gauge',
    ...lines('child_up', (child) => (child.address() === undefined ? 0 : 1)),
    '# HELP sidelight_child_starts_total How often it was started.',
    '# TYPE sidelight_child_starts_total counter',
    ...lines('child_starts_total', (child) => child.starts()),
  ].join('\n')}\n`
}

/** An exit code that another start would not change, such as a missing library. */
const unusable = 78
const firstWaitMs = 500
const waitMaxMs = 30_000
/** Up for this long, and the next end is a new trouble, not the same one. */
const soundMs = 60_000
const startMs = 15_000
/** A process that was killed a moment ago lets go of what it held only when it has noticed. */
const takenTries = 3

/** A process beside this one: started, started again when it dies, ended when it is told. */
export function superviseChild(options: ChildOptions): Child {
  const { name, log } = options
  let child: ChildProcess | undefined
  let address: string | undefined
  let starts = 0
  let waitMs = firstWaitMs
  let timer: NodeJS.Timeout | undefined
  let isStopping = false
  let onEnded: () => void = () => {}
  const { promise: started, resolve: settle } = Promise.withResolvers<
    { address: string } | { problem: string }
  >()
  const { promise: refused, resolve: refuse } = Promise.withResolvers<string>()
  let hasServed = false
  const late = setTimeout(() => settle({ problem: `it did not start within ${startMs / 1000} s` }), startMs)
  late.unref()

  const start = () => {
    starts += 1
    const startedMs = performance.now()
    const run = launch(options, (found) => {
      address = found
      hasServed = true
      settle({ address: found })
    })
    child = run
    let hasEnded = false
    const ended = (code: number | null, signal: string | null) => {
      if (hasEnded) return
      hasEnded = true
      child = undefined
      address = undefined
      onEnded()
      if (isStopping) return
      const taken = code === null ? undefined : options.taken?.[code]
      const isWaiting = taken !== undefined && !hasServed
      if (isWaiting && starts === takenTries) return refuse(taken)
      if (!isWaiting) settle({ problem: 'it ended at its start; its last lines above say why' })
      if (code === unusable) {
        log.error(`${name} cannot run here; everything else goes on`, { code })
        return
      }
      if (performance.now() - startedMs > soundMs) waitMs = firstWaitMs
      const why = { code: code ?? signal ?? 'unknown', wait_ms: waitMs, reason: taken }
      if (!isWaiting) log.error(`${name} ended; starting it again`, why)
      timer = setTimeout(start, waitMs)
      waitMs = Math.min(waitMs * 2, waitMaxMs)
    }
    run.once('exit', ended)
    run.once('error', () => ended(null, 'spawn'))
  }
  start()
  void started.then(() => clearTimeout(late))

  const letGo = () => {
    isStopping = true
    clearTimeout(timer)
  }
  return {
    started,
    refused,
    letGo,
    address: () => address,
    starts: () => starts,
    async stop() {
      letGo()
      const running = child
      if (running === undefined) return
      const kill = setTimeout(() => running.kill('SIGKILL'), options.stopMs)
      await new Promise<void>((resolve) => {
        onEnded = resolve
        running.kill('SIGTERM')
      })
      clearTimeout(kill)
    },
  }
}

/** Its standard input is a pipe that nobody writes to: when this process dies, the child sees it end. */
function launch({ command, ready }: ChildOptions, onReady: (address: string) => void): ChildProcess {
  const child = spawn(command.program, command.args, {
    cwd: command.cwd,
    env: command.env,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  child.stdin?.on('error', () => {})
  if (child.stdout !== null) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [, found] = ready.exec(line) ?? []
      if (found !== undefined) onReady(found)
    })
  }
  return child
}
