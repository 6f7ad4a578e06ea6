import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isObject } from '../../contract/json.ts'

/** Until when this folder's history was told: the next start goes on from there. 0: there is none. */
export async function toldUntil(stateDir: string): Promise<number> {
  const text = await readFile(join(stateDir, fileName), 'utf8').catch(() => '')
  try {
    const memory: unknown = JSON.parse(text)
    const until = isObject(memory) ? memory['until_ms'] : undefined
    return typeof until === 'number' ? until : 0
  } catch {
    return 0
  }
}

export async function rememberTold(stateDir: string, untilMs: number): Promise<void> {
  await mkdir(stateDir, { recursive: true })
  await writeFile(join(stateDir, fileName), `${JSON.stringify({ until_ms: untilMs })}\n`)
}

const fileName = 'demo.json'
