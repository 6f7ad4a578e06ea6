import { readFile, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { parse } from 'yaml'
import type { Environment } from '../../contract/config/load.ts'
import { goldenFromPromptfoo } from '../../evals/golden/promptfoo.ts'

const options = { route: { type: 'string' }, out: { type: 'string' } } as const

/** Tests of a promptfoo configuration as a golden set. 1: it cannot be read, 2: wrong use. */
export async function runEvalsImport(args: readonly string[], _environment: Environment): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
  const [file, ...others] = positionals
  if (file === undefined || others.length > 0 || values.route === undefined) {
    process.stderr.write('Usage: sidelight evals import FILE --route NAME [--out FILE]\n')
    return 2
  }
  try {
    const items = goldenFromPromptfoo(parse(await readFile(file, 'utf8')), { file, route: values.route })
    const text = items.map((item) => `${JSON.stringify(item)}\n`).join('')
    if (values.out === undefined) process.stdout.write(text)
    else await writeFile(values.out, text)
    process.stderr.write(`${items.length} items\n`)
    return 0
  } catch (error) {
    process.stderr.write(`sidelight: ${error instanceof Error ? error.message : 'it cannot be read'}\n`)
    return 1
  }
}
