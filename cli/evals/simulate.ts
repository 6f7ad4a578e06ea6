import { parseArgs } from 'node:util'
import { type LoopSettings, usualSegmentLoss, usualSettings } from '../../evals/settings.ts'
import { type SimulatedDay, type SimulationAsk, simulate } from '../../evals/simulate/simulate.ts'
import { readTable, TableProblem } from '../../evals/simulate/table.ts'
import { changesFrom, listFrom, shareFrom, UsageProblem, wholeFrom } from './values.ts'

const options = {
  table: { type: 'string' },
  meta: { type: 'string' },
  candidates: { type: 'string' },
  baseline: { type: 'string' },
  'max-loss': { type: 'string' },
  'segment-loss': { type: 'string' },
  days: { type: 'string' },
  requests: { type: 'string' },
  scores: { type: 'string' },
  seed: { type: 'string' },
  golden: { type: 'string' },
  shadow: { type: 'string' },
  scope: { type: 'string' },
  mode: { type: 'string' },
  drift: { type: 'string', multiple: true },
} as const

type Values = ReturnType<typeof parse>['values']

const parse = (args: readonly string[]) => parseArgs({ args: [...args], options })

/** What a floor would have saved, played on a table of recorded outcomes; one line of JSON for each day. */
export async function runSimulate(args: readonly string[]): Promise<number> {
  const { values } = parse(args)
  try {
    for (const day of simulate(asked(values))) await write(`${JSON.stringify(lineOf(day))}\n`)
    return 0
  } catch (error) {
    if (!(error instanceof UsageProblem || error instanceof TableProblem)) throw error
    process.stderr.write(`${error.message}\n`)
    return error instanceof UsageProblem ? 2 : 1
  }
}

function asked(values: Values): SimulationAsk {
  const numbers = {
    days: wholeFrom('days', values.days ?? '28', { least: 1, most: 3_650 }),
    requests: wholeFrom('requests', values.requests ?? '2000', { least: 1, most: 1_000_000 }),
    scores: wholeFrom('scores', values.scores ?? '600', { least: 0, most: 1_000_000 }),
    seed: wholeFrom('seed', values.seed ?? '1', { least: 0, most: Number.MAX_SAFE_INTEGER }),
    golden: wholeFrom('golden', values.golden ?? '0', { least: 0, most: 100_000 }),
    shadow: shareFrom('shadow', values.shadow ?? '0'),
  }
  const loss = shareFrom('max-loss', values['max-loss'] ?? '0.02')
  const segmentLoss =
    values['segment-loss'] === undefined
      ? usualSegmentLoss(loss)
      : shareFrom('segment-loss', values['segment-loss'])
  const named = listFrom('candidates', values.candidates)
  if (values.table === undefined || values.meta === undefined)
    throw new UsageProblem('--table FILE and --meta FILE say what is played; see sidelight evals --help')
  const changes = changesFrom(values.drift ?? [])
  const mode = modeFrom(values.mode)
  const scope = scopeFrom(values.scope)
  const table = readTable({ table: values.table, meta: values.meta, candidates: named?.toSorted() })
  const [first = ''] = named ?? table.candidates
  const baseline = values.baseline ?? first
  known('baseline', [baseline], table.candidates)
  known(
    'drift',
    changes.map(({ candidate }) => candidate),
    table.candidates,
  )
  const settings = usualSettings({
    route: 'simulated',
    candidates: table.candidates,
    baseline,
    maxLoss: loss,
    segmentLoss,
    scores: numbers.scores,
    mode,
    scope,
    segmentBy: ['cat'],
  })
  return { ...numbers, table, settings, changes }
}

const modes: readonly LoopSettings['mode'][] = ['mix', 'single', 'observe', 'freeze']
const scopes: readonly LoopSettings['scope'][] = ['route', 'segment']

function modeFrom(text = 'mix'): LoopSettings['mode'] {
  const mode = modes.find((name) => name === text)
  if (mode === undefined) throw new UsageProblem(`--mode is one of ${modes.join(', ')}`)
  return mode
}

function scopeFrom(text = 'route'): LoopSettings['scope'] {
  const scope = scopes.find((name) => name === text)
  if (scope === undefined) throw new UsageProblem(`--scope is one of ${scopes.join(', ')}`)
  return scope
}

function known(option: string, names: readonly string[], candidates: readonly string[]): void {
  const unknown = names.find((name) => !candidates.includes(name))
  if (unknown !== undefined)
    throw new UsageProblem(
      `--${option} names ${JSON.stringify(unknown.slice(0, 60))}, which is none of the candidates: ${candidates.join(', ')}`,
    )
}

function lineOf(day: SimulatedDay): object {
  return {
    day: day.day,
    weights: day.weights,
    cost_share: day.costShare,
    quality_loss: day.qualityLoss,
    exit_code: day.decision.exitCode,
    reason: day.decision.reason,
  }
}

/** Who reads slowly is waited for. */
function write(text: string): Promise<void> {
  return new Promise((resolve) => {
    if (process.stdout.write(text)) resolve()
    else process.stdout.once('drain', resolve)
  })
}
