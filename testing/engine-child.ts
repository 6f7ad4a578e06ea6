/** The engine in a process of its own, for tests and benches: statements come in as messages, text goes back. */
import { Session } from 'chdb'

export interface Question {
  readonly id: number
  readonly sql: string
  readonly format: string
}

export interface Reply {
  readonly id: number
  readonly text?: string
  readonly error?: string
  readonly elapsedMs: number
  /** User and system time of the process, for what one statement costs. */
  readonly cpuMs: number
  /** Since the process began. */
  readonly totalCpuMs: number
}

const session = new Session(process.argv[2] ?? '')

process.on('message', ({ id, sql, format }: Question) => {
  const started = performance.now()
  const cpu = process.cpuUsage()
  const reply = (rest: { text?: string; error?: string }) => {
    const used = process.cpuUsage(cpu)
    const elapsedMs = performance.now() - started
    const total = process.cpuUsage()
    const cpuMs = (used.user + used.system) / 1000
    const totalCpuMs = (total.user + total.system) / 1000
    process.send?.({ id, elapsedMs, cpuMs, totalCpuMs, ...rest } satisfies Reply)
  }
  try {
    reply({ text: session.query(sql, format) })
  } catch (error) {
    reply({ error: String(error) })
  }
})
// Leaving while the engine is loaded may hang; closing it and letting the loop drain does not.
process.on('disconnect', () => session.close())
process.send?.('ready')
