import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { type LoopSettings, usualSettings } from '../evals/settings.ts'
import { type SimulatedDay, type SimulationAsk, simulate } from '../evals/simulate/simulate.ts'
import { readTable, type Table } from '../evals/simulate/table.ts'

const folder = join(import.meta.dirname, 'fixtures', 'evals')

export function evalLines(name: string): string[] {
  return gunzipSync(readFileSync(join(folder, name)))
    .toString('utf8')
    .trim()
    .split('\n')
}

/** The pool of the development figures; the first is the baseline. */
export const mmluProPool = [
  'gemini-1.5-pro-002',
  'llama-3.1-70b-instruct',
  'qwen1.5-72b-chat',
  'llama-3.1-8b-instruct',
  'gemini-1.5-flash-002',
]

export interface NamedTable extends Table {
  readonly baseline: string
  /** Of each prompt, whether it is in the training half. */
  readonly isTraining: readonly boolean[]
}

function table(name: string, baseline: string, pool: readonly string[] | undefined): NamedTable {
  const files = { table: join(folder, `${name}.jsonl.gz`), meta: join(folder, `${name}.meta.json`) }
  const read = readTable({ ...files, candidates: pool?.toSorted() })
  const isTraining = evalLines(`${name}.jsonl.gz`).map((line) => {
    const { id } = JSON.parse(line) as { id: string }
    return Number.parseInt(hash('sha256', id).slice(0, 8), 16) / 2 ** 32 < 0.5
  })
  return { ...sortedColumns(read), baseline, isTraining }
}

/** The loop keeps candidates by name; so does a table that is handed to it. */
export function sortedColumns({ candidates, prompts }: Table): Table {
  const order = candidates
    .map((_, a) => a)
    .sort((a, b) => ((candidates[a] ?? '') < (candidates[b] ?? '') ? -1 : 1))
  const by = (values: readonly number[]) => order.map((a) => values[a] ?? 0)
  return {
    candidates: order.map((a) => candidates[a] ?? ''),
    prompts: prompts.map((prompt) => ({
      ...prompt,
      quality: by(prompt.quality),
      costUsd: by(prompt.costUsd),
    })),
  }
}

export const mmluPro = (): NamedTable => table('mmlupro', 'gemini-1.5-pro-002', mmluProPool)
export const mmluProAll = (): NamedTable => table('mmlupro', 'gemini-1.5-pro-002', undefined)
export const mmlu = (): NamedTable => table('routellm_mmlu', 'gpt-4-1106-preview', undefined)

/** Candidates whose answers are right by chance, in segments of one size. */
export function madeUpTable(of: {
  readonly segments: number
  readonly quality: readonly number[]
  readonly costUsd: readonly number[]
}): Table {
  const prompts = Array.from({ length: of.segments * 1000 }, (_, index) => ({
    segment: `s${index % of.segments}`,
    // Spread evenly and differently for each candidate, so that the share is exact and nobody is right together.
    quality: of.quality.map((share, a) =>
      Number(((Math.floor(index / of.segments) * (a * 2 + 7)) % 1000) / 1000 < share),
    ),
    costUsd: of.costUsd,
  }))
  return { candidates: of.quality.map((_, a) => `c${a}`), prompts }
}

export type SimulationOptions = Partial<Omit<SimulationAsk, 'settings' | 'table'>> & {
  readonly settings?: Partial<LoopSettings>
}

export function played(
  { candidates, prompts, baseline }: Table & { readonly baseline: string },
  { settings, ...rest }: SimulationOptions,
): SimulatedDay[] {
  const ask: SimulationAsk = {
    days: 28,
    requests: 2000,
    seed: 1,
    golden: 0,
    shadow: 0,
    changes: [],
    ...rest,
    table: { candidates, prompts },
    settings: usualSettings({ route: 'simulated', candidates, baseline, segmentBy: ['cat'], ...settings }),
  }
  return [...simulate(ask)]
}
