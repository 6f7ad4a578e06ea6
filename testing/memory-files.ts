import { dirname } from 'node:path'
import type { Files, OpenFile } from '../ingest/files.ts'
import type { Random } from './random.ts'

export type FileOperation = keyof Files | keyof OpenFile

export interface MemoryFiles {
  readonly files: Files
  /** Every call that was made, as `operation name`. */
  readonly calls: readonly string[]
  names(): string[]
  content(path: string): Buffer | undefined
  put(path: string, content: Buffer, mtimeMs?: number): void
  remove(path: string): void
  /** The power goes: what was not synced survives by chance, in pieces. */
  cutPower(random: Random): void
}

interface Inode {
  live: Buffer
  durable: Buffer
  mtimeMs: number
}

type Names = Map<string, Inode>
type Fault = (operation: FileOperation, path: string) => string | undefined

/** Tearing happens by pages; small ones tear small tests. */
const pageBytes = 32

/** A file system in memory that can fail any call, write too little, and lose its power. */
export function memoryFiles(fault: Fault = () => undefined, random?: Random): MemoryFiles {
  let names: Names = new Map()
  let durableNames: Names = new Map()
  let renames: ((on: Names) => void)[] = []
  const calls: string[] = []

  const enter = async (operation: FileOperation, path: string) => {
    // Real calls take a turn of the event loop too.
    await new Promise(setImmediate)
    calls.push(`${operation} ${path.slice(path.lastIndexOf('/') + 1)}`)
    const code = fault(operation, path)
    if (code !== undefined) throw systemError(code)
  }
  const change = (apply: (on: Names) => void) => {
    apply(names)
    renames.push(apply)
  }
  const find = (path: string): Inode => {
    const inode = names.get(path)
    if (inode === undefined) throw systemError('ENOENT')
    return inode
  }

  const opened = (path: string, inode: Inode): OpenFile => ({
    async write(bytes, position) {
      const failing = await enter('write', path).catch((error: unknown) => error)
      // A write that fails may have written some of it, and a short one tells so; one of nothing is a full disk.
      const isWhole = failing === undefined && (random === undefined || random.chance(0.9))
      const least = failing === undefined && bytes.length > 0 ? 1 : 0
      const count = isWhole ? bytes.length : least + (random?.int(bytes.length + 1 - least) ?? 0)
      inode.live = overwrite(inode.live, bytes.subarray(0, count), position)
      if (failing !== undefined) throw failing
      return count
    },
    async datasync() {
      await enter('datasync', path)
      inode.durable = inode.live
    },
    async truncate(length) {
      await enter('truncate', path)
      inode.live = Buffer.from(inode.live.subarray(0, length))
    },
    close: () => enter('close', path),
  })

  const files: Files = {
    async open(path, flags) {
      await enter('open', path)
      const existing = names.get(path)
      if (flags === 'wx' && existing !== undefined) throw systemError('EEXIST')
      if (flags === 'r+') return opened(path, find(path))
      const inode = existing ?? { live: Buffer.alloc(0), durable: Buffer.alloc(0), mtimeMs: Date.now() }
      if (flags === 'w') inode.live = Buffer.alloc(0)
      if (existing === undefined) change((on) => on.set(path, inode))
      return opened(path, inode)
    },
    async readFile(path) {
      await enter('readFile', path)
      return Buffer.from(find(path).live)
    },
    async readdir(path) {
      await enter('readdir', path)
      return [...names.keys()]
        .filter((name) => dirname(name) === path)
        .map((name) => name.slice(path.length + 1))
    },
    async stat(path) {
      await enter('stat', path)
      const { live, mtimeMs } = find(path)
      return { size: live.length, mtimeMs }
    },
    mkdir: (path) => enter('mkdir', path),
    checkWritable: (path) => enter('checkWritable', path),
    async rename(from, to) {
      await enter('rename', from)
      const inode = find(from)
      change((on) => {
        on.delete(from)
        on.set(to, inode)
      })
    },
    async unlink(path) {
      await enter('unlink', path)
      find(path)
      change((on) => on.delete(path))
    },
    async syncDirectory(path) {
      await enter('syncDirectory', path)
      durableNames = new Map(names)
      renames = []
    },
  }

  return {
    files,
    calls,
    names: () => [...names.keys()].sort(),
    content: (path) => names.get(path)?.live,
    put(path, content, mtimeMs = Date.now()) {
      names.set(path, { live: content, durable: content, mtimeMs })
      durableNames = new Map(names)
    },
    remove(path) {
      names.delete(path)
      durableNames.delete(path)
    },
    cutPower(chance) {
      for (const apply of renames.slice(0, chance.int(renames.length + 1))) apply(durableNames)
      names = new Map(durableNames)
      renames = []
      for (const inode of names.values()) inode.live = inode.durable = tear(inode, chance)
    },
  }
}

function overwrite(content: Buffer, bytes: Buffer, position: number): Buffer {
  const larger = Buffer.alloc(Math.max(content.length, position + bytes.length))
  content.copy(larger)
  bytes.copy(larger, position)
  return larger
}

/** Each page is the synced one, the written one, or zeros where the file had grown. */
function tear({ live, durable }: Inode, random: Random): Buffer {
  if (live === durable) return durable
  const torn = Buffer.alloc(random.pick([live.length, durable.length, Math.max(live.length, durable.length)]))
  for (let at = 0; at < torn.length; at += pageBytes) {
    const end = Math.min(at + pageBytes, torn.length)
    torn.set(durable.subarray(at, end), at)
    if (random.chance(0.5)) torn.set(live.subarray(at, end), at)
  }
  return torn
}

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code })
}
