import { writeFile } from 'node:fs/promises'
import type { Environment } from '../../contract/config/load.ts'
import type { Config } from '../../contract/config/schema.ts'
import { exitCodes } from '../../evals/exit-codes.ts'
import { labelsWanted } from '../../evals/jobs/labels-wanted.ts'
import { judgeVersion } from '../../evals/judge/prompts.ts'
import { humanLabels } from './files.ts'
import { evalsClient, storeOf } from './store.ts'

/** Lines for people to fill in: their `score` is still null. */
export async function writeAsked(
  config: Config,
  _environment: Environment,
  of: { readonly routes: readonly string[]; readonly count: number; readonly out: string | undefined },
): Promise<number> {
  const judge = config.evals?.judge
  if (judge === undefined)
    throw new Error('there is no judge whose verdicts could be checked: configure `evals.judge`')
  if (!(Number.isInteger(of.count) && of.count > 0)) throw new Error('--ask-labels takes how many')
  const client = await evalsClient(config)
  try {
    const store = storeOf(client, config.warehouse.database)
    const labels = await humanLabels(config.evals)
    const version = judgeVersion(judge.model, judge.rubric)
    const lines = await labelsWanted(store, { ...of, version, labels, nowMs: Date.now() })
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('')
    if (of.out === undefined) process.stdout.write(text)
    else await writeFile(of.out, text)
    process.stderr.write(
      `${lines.length} answers to be looked at; score: 1 better than the baseline's, 0 worse, 0.5 neither\n`,
    )
    return lines.length === 0 ? exitCodes.notEnough : exitCodes.published
  } finally {
    await client.close()
  }
}
