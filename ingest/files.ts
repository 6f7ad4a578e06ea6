import {
  access,
  constants,
  type FileHandle,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  stat,
  unlink,
} from 'node:fs/promises'
import { dirname } from 'node:path'

export interface OpenFile {
  /** May write less than it was given, as the system call may. */
  write(bytes: Buffer, position: number): Promise<number>
  datasync(): Promise<void>
  truncate(length: number): Promise<void>
  close(): Promise<void>
}

/** What the spool asks of the file system; handed in so that tests can make any of it fail. */
export interface Files {
  open(path: string, flags: 'wx' | 'w' | 'r+'): Promise<OpenFile>
  readFile(path: string): Promise<Buffer>
  readdir(path: string): Promise<string[]>
  stat(path: string): Promise<{ readonly size: number; readonly mtimeMs: number }>
  mkdir(path: string): Promise<void>
  /** Throws when files can't be created there. */
  checkWritable(path: string): Promise<void>
  rename(from: string, to: string): Promise<void>
  unlink(path: string): Promise<void>
  /** A created or renamed file is durable only when its directory is. */
  syncDirectory(path: string): Promise<void>
}

export const nodeFiles: Files = {
  open: async (path, flags) => wrap(await open(path, flags, 0o600)),
  readFile: (path) => readFile(path),
  readdir: (path) => readdir(path),
  stat: (path) => stat(path),
  mkdir: async (path) => void (await mkdir(path, { recursive: true, mode: 0o700 })),
  checkWritable: (path) => access(path, constants.W_OK | constants.X_OK),
  rename,
  unlink,
  syncDirectory,
}

function wrap(handle: FileHandle): OpenFile {
  return {
    write: async (bytes, position) => (await handle.write(bytes, 0, bytes.length, position)).bytesWritten,
    datasync: () => handle.datasync(),
    truncate: (length) => handle.truncate(length),
    close: () => handle.close(),
  }
}

async function syncDirectory(path: string): Promise<void> {
  // Windows has no such thing as syncing a directory.
  if (process.platform === 'win32') return
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Writes everything or throws: a full disk first shows as a short write. */
export async function writeAll(file: OpenFile, bytes: Buffer, position: number): Promise<void> {
  let written = 0
  while (written < bytes.length) {
    const count = await file.write(bytes.subarray(written), position + written)
    if (count === 0) throw Object.assign(new Error('nothing could be written'), { code: 'ENOSPC' })
    written += count
  }
}

/** Creates the directory, or says at start what is wrong with it. */
export async function prepareDirectory(directory: string, files: Files): Promise<void> {
  try {
    await files.mkdir(directory)
    await files.checkWritable(directory)
  } catch (error) {
    throw new Error(
      `the spool directory ${directory} cannot be used (${errorCode(error)}): set \`stateDir\` to a folder that this user may create and write`,
      { cause: error },
    )
  }
}

/** `ENOSPC`, `EIO` …; `unknown` for what is no system error. */
export function errorCode(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : 'unknown'
}

/** Replaces a small file: after a crash it is the old one or the new one, whole. */
export async function writeWhole(path: string, bytes: Buffer, files: Files): Promise<void> {
  const temporary = `${path}.tmp`
  const file = await files.open(temporary, 'w')
  try {
    await writeAll(file, bytes, 0)
    await file.datasync()
  } finally {
    await file.close()
  }
  await files.rename(temporary, path)
  await files.syncDirectory(dirname(path))
}
