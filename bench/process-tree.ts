import { readdirSync, readFileSync } from 'node:fs'

/** Linux counts CPU time of processes in hundredths of a second, whatever the kernel's own tick is. */
const ticksPerSecond = 100

interface Stat {
  readonly pid: number
  readonly parent: number
  readonly ticks: number
}

function statOf(pid: number): Stat | undefined {
  const text = read(`/proc/${pid}/stat`)
  if (text === undefined) return undefined
  // The name in parentheses may hold spaces: fields are counted after it.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const ticks = [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0)
  return { pid, parent: Number(fields[1]), ticks }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function tree(root: number): Stat[] {
  const all = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (statOf(Number(name)) ?? []) : []))
  const members = all.filter(({ pid }) => pid === root)
  for (const member of members) members.push(...all.filter(({ parent }) => parent === member.pid))
  return members
}

/** User and system time of a process, its threads, and its children living or reaped. */
export function cpuSeconds(root: number): number {
  return tree(root).reduce((sum, { ticks }) => sum + ticks, 0) / ticksPerSecond
}

export function residentMb(root: number): number {
  const kilobytes = tree(root).map(({ pid }) =>
    Number(/VmRSS:\s+(\d+)/.exec(read(`/proc/${pid}/status`) ?? '')?.[1] ?? 0),
  )
  return kilobytes.reduce((sum, kb) => sum + kb, 0) / 1024
}

export function descriptors(root: number): number {
  return tree(root).reduce((sum, { pid }) => {
    try {
      return sum + readdirSync(`/proc/${pid}/fd`).length
    } catch {
      return sum
    }
  }, 0)
}
