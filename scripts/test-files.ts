import { glob } from 'node:fs/promises'
import { sep } from 'node:path'

const folders = ['contract', 'sidecar', 'ingest', 'dashboards', 'evals', 'cli', 'testing', 'bench', 'scripts']

/** Every test file of the repository, sorted, as paths from its root. */
export async function testFiles(root: string): Promise<readonly string[]> {
  const patterns = ['*.test.ts', `{${folders.join(',')}}/**/*.test.ts`]
  const found: string[] = []
  for await (const file of glob(patterns, { cwd: root })) found.push(file)
  return found.map((file) => file.split(sep).join('/')).sort()
}

export const isIntegration = (file: string): boolean => file.endsWith('.integration.test.ts')
/** Takes minutes: only `npm run test:long` runs it. */
export const isLong = (file: string): boolean => file.endsWith('.long.test.ts')
