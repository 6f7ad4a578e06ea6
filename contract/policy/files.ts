import { join } from 'node:path'
import { writeWholeFile } from '../whole-file.ts'
import { sha256Hex } from './canonical.ts'

/** Names that are the same on every file system; any other route gets what is legible of it and a hash. */
const plain = /^[a-z0-9][a-z0-9_-]{0,63}$/

export function policyFileName(route: string): string {
  if (plain.test(route)) return `${route}.json`
  const legible = route
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-')
    .slice(0, 64)
  return `${legible}.${sha256Hex(route).slice(0, 16)}.json`
}

export function writePolicyFile(directory: string, route: string, text: string): Promise<void> {
  return writeWholeFile(join(directory, policyFileName(route)), text)
}
