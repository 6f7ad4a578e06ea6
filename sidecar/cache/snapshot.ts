import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { AnswerCache } from './answer-cache.ts'
import type { Entry, EntryContent } from './store/entry.ts'

/** Raised with any change of what entries hold: an older snapshot is left aside. */
const version = 1
/** Of the file, and so of the time that writing takes; the entries worth most come first. */
const bytesMax = 64 * 1_048_576
const magic = Buffer.from('SLC1')

interface Saved {
  readonly version: number
  readonly audits: unknown
  readonly entries: readonly (Omit<EntryContent, 'answer'> & { readonly answer: string })[]
}

/** What is kept, so that a restart begins warm: AES-256-GCM, and moved into place when it is whole. */
export async function writeSnapshot(answers: AnswerCache, file: string, key: Buffer): Promise<number> {
  const entries: Saved['entries'][number][] = []
  let bytes = 0
  for (const entry of mostWorth(answers)) {
    bytes += entry.bytes * 2
    if (bytes > bytesMax) break
    entries.push(savedOf(entry))
  }
  const saved: Saved = { version, audits: answers.audits.saved(), entries }
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  const sealed = Buffer.concat([cipher.update(JSON.stringify(saved)), cipher.final()])
  await mkdir(dirname(file), { recursive: true })
  await writeFile(`${file}.new`, Buffer.concat([magic, iv, cipher.getAuthTag(), sealed]), { mode: 0o600 })
  await rename(`${file}.new`, file)
  return entries.length
}

function mostWorth(answers: AnswerCache): Entry[] {
  return [...answers.store.entries()].sort((a, b) => b.priority - a.priority)
}

function savedOf(entry: Entry): Saved['entries'][number] {
  const { id, exact, compat, owner, customer, route, tags, model, provider, head } = entry
  const { analysis, roots, createdMs, costUsd, tookMs, life, graceMs } = entry
  return {
    ...{ id, exact, compat, owner, customer, route, tags, model, provider, head },
    ...{ analysis, roots, createdMs, costUsd, tookMs, life, graceMs },
    answer: entry.answer.toString(),
  }
}

/** How many entries came back. A file that is not there, not ours or not whole is none. */
export async function readSnapshot(
  answers: AnswerCache,
  file: string,
  { key, nowMs }: { key: Buffer; nowMs: number },
): Promise<number> {
  const saved = await opened(file, key)
  if (saved?.version !== version) return 0
  answers.audits.restore(saved.audits as Parameters<typeof answers.audits.restore>[0])
  let count = 0
  for (const entry of saved.entries.toReversed()) {
    const life =
      Math.max(...Object.values(entry.life)) + Math.max(entry.graceMs.error, entry.graceMs.revalidate)
    if (entry.createdMs + life <= nowMs) continue
    if (answers.add({ ...entry, analysis: entry.analysis, answer: Buffer.from(entry.answer) }) !== undefined)
      count += 1
  }
  return count
}

async function opened(file: string, key: Buffer): Promise<Saved | undefined> {
  try {
    const bytes = await readFile(file)
    if (!bytes.subarray(0, 4).equals(magic)) return undefined
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(4, 16))
    decipher.setAuthTag(bytes.subarray(16, 32))
    return JSON.parse(
      Buffer.concat([decipher.update(bytes.subarray(32)), decipher.final()]).toString(),
    ) as Saved
  } catch {
    return undefined
  }
}
