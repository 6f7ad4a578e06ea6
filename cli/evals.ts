import type { Environment } from '../contract/config/load.ts'
import { runEvalsImport } from './evals/import.ts'
import { runEvalsReplay } from './evals/replay.ts'
import { runEvalsRun } from './evals/run.ts'
import { runSimulate } from './evals/simulate.ts'
import { runEvalsStatus } from './evals/status.ts'
import { runEvalsWatch } from './evals/watch.ts'
import { wrapped } from './help.ts'
import { evalsUsage } from './help-topics.ts'

type Action = (args: readonly string[], environment: Environment) => Promise<number>

/** One line for each thing the evals do. */
const actions: Readonly<Record<string, Action>> = {
  run: runEvalsRun,
  watch: runEvalsWatch,
  status: runEvalsStatus,
  replay: runEvalsReplay,
  import: runEvalsImport,
  simulate: runSimulate,
}

export async function runEvals(args: readonly string[], environment: Environment): Promise<number> {
  const [name = '', ...rest] = args
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined
  if (action === undefined) {
    process.stderr.write(`${evalsUsage.map(wrapped).join('\n')}\n`)
    return 2
  }
  return action(rest, environment)
}
