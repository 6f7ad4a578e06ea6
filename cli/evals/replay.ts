import { parseArgs } from 'node:util'
import { candidateId } from '../../contract/config/cross-check.ts'
import { type Environment, loadConfig } from '../../contract/config/load.ts'
import type { Config } from '../../contract/config/schema.ts'
import { exitCodes } from '../../evals/exit-codes.ts'
import { type ReplayResult, replay } from '../../evals/jobs/replay.ts'
import { withDefaults } from '../defaults.ts'
import { sinceOf } from './asked.ts'
import { createRunProgress } from './progress.ts'
import { openSession } from './session.ts'

const options = {
  config: { type: 'string' },
  route: { type: 'string' },
  model: { type: 'string' },
  sample: { type: 'string', default: '100' },
  since: { type: 'string', default: '7d' },
  seed: { type: 'string' },
  'max-usd': { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
} as const

/** What stored traffic would have cost, and how good it would have been, on another candidate or model. */
export async function runEvalsReplay(args: readonly string[], environment: Environment): Promise<number> {
  const { values } = parseArgs({ args: [...args], options })
  const { model } = values
  if (model === undefined) throw new Error('--model takes a candidate of the route, or provider/model')
  const { config } = withDefaults(loadConfig({ file: values.config, environment }), environment)
  const route = routeOf(config, values.route)
  const sample = Number(values.sample)
  if (!(Number.isInteger(sample) && sample > 0)) throw new Error('--sample takes how many requests')
  const progress = createRunProgress(process.stderr)
  const budget = values['max-usd']
  await using session = await openSession(config, environment, {
    kind: 'replay',
    routes: [route],
    seed: values.seed,
    sinceMs: sinceOf(values.since, Date.now()),
    isDry: values['dry-run'],
    ...(budget === undefined ? {} : { budgetUsd: Number(budget) }),
    onProgress: progress.show,
  })
  const job = session.jobs.get(route)
  if (job === undefined) throw new Error(`no route is called ${JSON.stringify(route.slice(0, 40))}`)
  const isCandidate = config.routes[route]?.candidates.some((one) => candidateId(one) === model) === true
  const [provider = '', ...rest] = model.split('/')
  const priceOf = (usage: Readonly<Record<string, number>>) =>
    isCandidate ? job.priceOf(model, usage) : session.quote(provider, rest.join('/'), usage)
  const result = await replay(job, { model, isCandidate, sample, priceOf })
  progress.end()
  process.stdout.write(textOf(result, { route, model, isDry: values['dry-run'] }))
  return exitCodeOf(result)
}

function routeOf({ routes }: Config, asked: string | undefined): string {
  const names = Object.keys(routes)
  const name = asked ?? (names.length === 1 ? names[0] : undefined)
  if (name === undefined) throw new Error('--route says whose traffic')
  if (!Object.hasOwn(routes, name)) throw new Error(`no route is called ${JSON.stringify(name.slice(0, 40))}`)
  return name
}

function exitCodeOf({ asked, replayed, problem }: ReplayResult): number {
  if (asked === 0) return exitCodes.notEnough
  return problem !== undefined || replayed < asked ? exitCodes.scorer : exitCodes.published
}

function textOf(result: ReplayResult, of: { route: string; model: string; isDry: boolean }): string {
  const { asked, replayed, before, costUsd, servedUsd, wins, ties, losses, problem, expectedUsd } = result
  const usd = (amount: number | undefined) => (amount === undefined ? 'unknown' : `$${amount.toFixed(6)}`)
  if (of.isDry) return `${of.route} on ${of.model}: ${asked} requests, about ${usd(expectedUsd)}\n`
  const judged = wins + ties + losses
  return [
    `${of.route} on ${of.model}: ${replayed} of ${asked} replayed${before > 0 ? ` (${before} before)` : ''}`,
    `  cost ${usd(costUsd)}; the same requests cost ${usd(servedUsd)} as they were served`,
    judged === 0
      ? '  not judged: configure `evals.judge`'
      : `  against what was served: ${wins} better, ${ties} alike, ${losses} worse`,
    ...(problem === undefined ? [] : [`  ${problem}`]),
    '',
  ].join('\n')
}
