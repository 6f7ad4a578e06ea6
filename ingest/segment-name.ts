import type { Owner } from './owner.ts'

/**
 * `<time>-<boot>-<owner>-<n>`, `.open` while it is written and `.seg` when sealed. Names sort by time, and the
 * name of a sealed segment is the token by which the warehouse knows a batch that it already has.
 */
export interface SegmentName {
  readonly openedMs: number
  readonly boot: string
  readonly owner: Owner
  readonly number: number
}

export const openEnding = '.open'
export const sealedEnding = '.seg'
/** A copy of the good part of a segment that could not be cut back; see `Spool`. */
export const copyEnding = '.open.copy'

export function segmentName({ openedMs, boot, owner, number }: SegmentName): string {
  const { pid, machine, start } = owner
  const time = String(openedMs).padStart(14, '0')
  return `${time}-${boot}-p${pid}.${machine}.${start}-${String(number).padStart(6, '0')}`
}

const pattern = /^(\d+)-(.+)-p(\d+)\.([0-9a-f]+)\.([0-9a-z]+)-(\d+)\.(?:open|seg|open\.copy)$/

/** Undefined for a file that is not ours. */
export function parseSegmentName(fileName: string): SegmentName | undefined {
  const [, time, boot = '', pid, machine = '', start = '', number] = pattern.exec(fileName) ?? []
  if (time === undefined) return undefined
  return {
    openedMs: Number(time),
    boot,
    owner: { pid: Number(pid), machine, start },
    number: Number(number),
  }
}

export function sealedPath(openPath: string): string {
  return openPath.slice(0, -openEnding.length) + sealedEnding
}
