import { parseArgs } from 'node:util'
import { type Environment, loadConfig } from '../../contract/config/load.ts'
import type { PolicyDocument } from '../../contract/policy.ts'
import { exitCodes } from '../../evals/exit-codes.ts'
import {
  type Armed,
  comparisons,
  judgingUsd,
  lastStages,
  type RunRow,
  savingOf,
} from '../../evals/jobs/read-status.ts'
import type { RouteJob } from '../../evals/jobs/route-job.ts'
import { liveScorerOf } from '../../evals/jobs/scorer-of.ts'
import { withDefaults } from '../defaults.ts'
import { ageText } from '../policy-table.ts'
import { routesAsked } from './asked.ts'
import { tunedRoutes } from './compose.ts'
import { openSession } from './session.ts'

const options = {
  config: { type: 'string' },
  route: { type: 'string', multiple: true },
  ab: { type: 'boolean', default: false },
} as const

/** What is in force and why, in words; with --ab candidates against the baseline. */
export async function runEvalsStatus(args: readonly string[], environment: Environment): Promise<number> {
  const { values } = parseArgs({ args: [...args], options })
  const { config } = withDefaults(loadConfig({ file: values.config, environment }), environment)
  const routes = values.route === undefined ? tunedRoutes(config) : routesAsked(config, values.route)
  if (routes.length === 0) {
    process.stdout.write('no route is tuned: give one `quality: { maxLoss: 2% }` and a `baseline`\n')
    return exitCodes.published
  }
  await using session = await openSession(config, environment, { kind: 'run', routes, isDry: true })
  for (const [, job] of session.jobs) {
    const lines = values.ab ? await abLines(job) : await statusLines(job)
    process.stdout.write(`${lines.join('\n')}\n`)
  }
  return exitCodes.published
}

async function statusLines(job: RouteJob): Promise<string[]> {
  const { store, shelf, settings, nowMs } = job
  const { route, maxLoss, baseline } = settings
  const policy = await shelf.newest(route)
  const stages = await lastStages(store, route)
  const saved = await savingOf(store, { route, nowMs })
  const spent = await judgingUsd(store, { route, nowMs })
  return [
    `${route}: ${inForce(policy)}; floor ${percent(maxLoss)} below ${baseline}`,
    ...(policy === undefined ? [] : policyLines(policy)),
    ...stageLines(stages, nowMs),
    saved === undefined
      ? '  saved: not known yet; too few were held out'
      : `  saved: ${percent(saved.share)} (${percent(saved.lower)} to ${percent(saved.upper)}) against the holdout`,
    `  scoring cost $${spent.toFixed(2)} in 28 days`,
  ]
}

function inForce(policy: PolicyDocument | undefined): string {
  if (policy === undefined) return 'the weights of the configuration; no policy yet'
  const { version, canary } = policy
  return canary === undefined
    ? `version ${version}`
    : `version ${version} for ${percent(canary.fraction)} of the units, version ${canary.control.version} for the others`
}

const segmentsMost = 20

function policyLines({ segments, evidence }: PolicyDocument): string[] {
  const shown = Object.entries(segments).slice(0, segmentsMost)
  const rows = shown.map(
    ([segment, weights]) =>
      `  ${(segment || '(none)').padEnd(24)} ${Object.entries(weights)
        .map(([candidate, weight]) => `${candidate} ${percent(weight)}`)
        .join('   ')}`,
  )
  if (evidence === undefined) return rows
  const { n, quality, lower, cost } = evidence
  return [
    ...rows,
    `  rests on ${n} scores: quality ${points(quality)} points of the baseline's (at least ${points(lower)}), cost ${percent(cost)} of its`,
  ]
}

function stageLines(stages: readonly RunRow[], nowMs: number): string[] {
  const last = (kind: string, stage: string) => stages.find((row) => row.kind === kind && row.stage === stage)
  const said = (name: string, row: RunRow | undefined) =>
    row === undefined
      ? []
      : [
          `  ${name}: ${row.reason || row.status} (${row.exit_code}), ${ageText((nowMs - row.at_ms) / 1000)} ago`,
        ]
  const score = last('run', 'score')
  const coverage =
    score === undefined
      ? []
      : [`  scored: ${score.scored} of ${score.asked} asked${score.reason === '' ? '' : `; ${score.reason}`}`]
  return stages.length === 0
    ? ['  no run yet: `sidelight evals run`, or `evals:` in the configuration']
    : [
        ...said('last run', last('run', 'publish')),
        ...coverage,
        ...said('judge', last('run', 'judge')),
        ...said('canary', last('watch', 'canary')),
      ]
}

async function abLines(job: RouteJob): Promise<string[]> {
  const { store, settings, nowMs } = job
  const { route, baseline, maxLoss } = settings
  const live = liveScorerOf(job)
  const armed = await comparisons(store, { ...live, route, baseline, margin: maxLoss, nowMs })
  const head = `${route}: scorer ${live.scorer || 'none'}, against ${baseline}`
  return [head, ...(armed.length === 0 ? ['  nobody to compare yet'] : armed.map(abLine))]
}

function abLine({ candidate, interval, units, sampleRatioP, daysToMargin }: Armed): string {
  const difference =
    interval === undefined
      ? 'no interval before 100 units each'
      : `${points(interval.mean)} points (${points(interval.lower)} to ${points(interval.upper)})`
  const days =
    daysToMargin === undefined ? '' : `, about ${daysToMargin} days until it is as narrow as the floor`
  const broken = sampleRatioP < 0.001 ? ': NOT drawn as the weights say, the difference means nothing' : ''
  return `  ${candidate}: ${difference}, ${units} units, sample ratio p ${sampleRatioP.toPrecision(2)}${broken}${days}`
}

const percent = (share: number) => `${(100 * share).toFixed(1).replace(/\.0$/, '')} %`
const points = (share: number) => (100 * share).toFixed(1)
