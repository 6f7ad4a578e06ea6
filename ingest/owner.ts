import { createHash } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/**
 * The process that writes a segment. A process id alone says little: containers count from 1 again after
 * each restart, so the start of the process and what the id counts within belong to it.
 */
export interface Owner {
  readonly pid: number
  /** Where the id means something: this boot of the machine, this process namespace. */
  readonly machine: string
  readonly start: string
}

export function thisProcess(): Owner {
  const start = startOf(process.pid) ?? Math.round(performance.timeOrigin).toString(36)
  return { pid: process.pid, machine: machineId(), start }
}

export type Liveness = 'alive' | 'dead' | 'unknown'

export function livenessOf(owner: Owner, self: Owner): Liveness {
  if (owner.machine !== self.machine) return 'unknown'
  if (owner.pid === self.pid) return owner.start === self.start ? 'alive' : 'dead'
  if (process.platform === 'linux') return startOf(owner.pid) === owner.start ? 'alive' : 'dead'
  return hasProcess(owner.pid) ? 'alive' : 'dead'
}

/** Clock ticks from the boot of the machine to the start of the process: no change of the clock moves them. */
function startOf(pid: number): string | undefined {
  const stat = readText(`/proc/${pid}/stat`)
  // The name in parentheses may hold anything, spaces and parentheses included.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state] = fields ?? []
  // A killed process that nobody has waited for still has an entry.
  if (state === undefined || state === 'Z' || state === 'X') return undefined
  return Number(fields?.[19]).toString(36)
}

function machineId(): string {
  const boot = readText('/proc/sys/kernel/random/boot_id') ?? hostname()
  return createHash('sha256').update(`${boot}${pidNamespace()}`).digest('hex').slice(0, 8)
}

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return ''
  }
}

function hasProcess(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM'
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
