import { globSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { EvalsConfig } from '../../contract/config/evals.ts'
import type { GoldenItem } from '../../evals/golden/item.ts'
import { GoldenProblem, readGolden } from '../../evals/golden/load.ts'
import { type HumanLabel, readLabels } from '../../evals/judge/labels.ts'

/** Every item of every file; one that cannot be read is an error, not an item less. */
export async function goldenItems(
  evals: EvalsConfig | undefined,
  routes: readonly string[],
): Promise<GoldenItem[]> {
  const named = evals?.golden === undefined ? [] : [evals.golden].flat()
  const items: GoldenItem[] = []
  const problems: string[] = []
  for (const pattern of named) {
    const files = globSync(pattern).sort()
    if (files.length === 0) problems.push(`no file is called ${pattern}`)
    for (const file of files) {
      try {
        items.push(...readGolden(await readFile(file, 'utf8'), file, routes))
      } catch (error) {
        if (!(error instanceof GoldenProblem)) throw error
        problems.push(error.message)
      }
    }
  }
  if (problems.length > 0) throw new GoldenProblem(problems.join('\n'))
  return items
}

export async function humanLabels(evals: EvalsConfig | undefined): Promise<HumanLabel[]> {
  const file = evals?.judge?.labels
  if (file === undefined) return []
  const text = await readFile(file, 'utf8').catch((error: { code?: string }) => {
    // Before the first labels were given there is no file.
    if (error.code === 'ENOENT') return ''
    throw error
  })
  return readLabels(text, file)
}
