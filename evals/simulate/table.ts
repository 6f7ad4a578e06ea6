import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { isObject } from '../../contract/json.ts'

/** One prompt, and what each candidate made of it; lists are in the order of the candidates. */
export interface Prompt {
  readonly segment: string
  readonly quality: readonly number[]
  readonly costUsd: readonly number[]
}

export interface Table {
  readonly candidates: readonly string[]
  readonly prompts: readonly Prompt[]
}

export class TableProblem extends Error {}

interface Meta {
  readonly models: readonly string[]
  readonly price: readonly (readonly [number, number])[]
}

const bytesMax = 1024 * 1024 * 1024

/** Only the candidates asked for, in their order; all when none are. */
export function readTable(files: {
  readonly table: string
  readonly meta: string
  readonly candidates: readonly string[] | undefined
}): Table {
  const meta = metaOf(json(files.meta), files.meta)
  const candidates = files.candidates ?? meta.models
  const columns = candidates.map((name) => columnOf(name, meta))
  const lines = textOf(files.table).split('\n')
  const prompts: Prompt[] = []
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue
    prompts.push(promptOf(line, { meta, columns, where: `${files.table}:${index + 1}` }))
  }
  if (prompts.length === 0) throw new TableProblem(`${files.table}: no prompt is in it`)
  return { candidates, prompts }
}

function columnOf(name: string, { models }: Meta): number {
  const column = models.indexOf(name)
  if (column < 0)
    throw new TableProblem(
      `no model of the table is called ${JSON.stringify(name.slice(0, 60))}: it has ${models.join(', ')}`,
    )
  return column
}

/** Plain or gzip, by its first bytes. */
function textOf(file: string): string {
  let bytes: Buffer
  try {
    bytes = readFileSync(file)
  } catch (error) {
    throw new TableProblem(`${file} cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'failed'}`)
  }
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes.toString('utf8')
  try {
    return gunzipSync(bytes, { maxOutputLength: bytesMax }).toString('utf8')
  } catch {
    throw new TableProblem(`${file} begins like gzip and cannot be unpacked`)
  }
}

function json(file: string): unknown {
  try {
    return JSON.parse(textOf(file))
  } catch (error) {
    if (error instanceof TableProblem) throw error
    throw new TableProblem(`${file} is not JSON`)
  }
}

function metaOf(value: unknown, file: string): Meta {
  const { models, price } = isObject(value) ? value : {}
  const isNamed =
    Array.isArray(models) && models.length > 0 && models.every((name) => typeof name === 'string')
  if (!isNamed || new Set(models).size !== models.length)
    throw new TableProblem(`${file}: \`models\` is no list of different names`)
  const isPriced =
    Array.isArray(price) &&
    price.length === models.length &&
    price.every((pair) => Array.isArray(pair) && pair.length === 2 && pair.every(isAmount))
  if (!isPriced)
    throw new TableProblem(
      `${file}: \`price\` is no list of [input, output] in USD per million tokens, one for each model`,
    )
  return { models, price } as unknown as Meta
}

const isAmount = (value: unknown) => typeof value === 'number' && Number.isFinite(value) && value >= 0
const isShare = (value: unknown) => isAmount(value) && (value as number) <= 1

function promptOf(
  line: string,
  {
    meta,
    columns,
    where,
  }: { readonly meta: Meta; readonly columns: readonly number[]; readonly where: string },
): Prompt {
  const fields = parsed(line, where)
  const { cat, in: input } = fields
  if (typeof cat !== 'string') throw new TableProblem(`${where}: \`cat\` is no text`)
  if (!isAmount(input)) throw new TableProblem(`${where}: \`in\` is no number of tokens`)
  const quality = listOf(fields, 'q', { meta, where, holds: isShare, what: 'numbers from 0 to 1' })
  const output = listOf(fields, 'out', { meta, where, holds: isAmount, what: 'numbers of tokens' })
  const costOf = (column: number) => {
    const [perInput, perOutput] = meta.price[column] ?? [0, 0]
    return ((input as number) * perInput + (output[column] ?? 0) * perOutput) / 1e6
  }
  return {
    segment: cat,
    quality: columns.map((column) => quality[column] ?? 0),
    costUsd: columns.map(costOf),
  }
}

function parsed(line: string, where: string): Readonly<Record<string, unknown>> {
  try {
    const fields: unknown = JSON.parse(line)
    if (isObject(fields)) return fields
  } catch {
    // Said below.
  }
  throw new TableProblem(`${where}: it is no JSON object`)
}

function listOf(
  fields: Readonly<Record<string, unknown>>,
  name: 'q' | 'out',
  of: { readonly meta: Meta; readonly where: string; holds(value: unknown): boolean; readonly what: string },
): readonly number[] {
  const list = fields[name]
  const { length } = of.meta.models
  if (!Array.isArray(list) || list.length !== length || !list.every(of.holds))
    throw new TableProblem(`${of.where}: \`${name}\` is no list of ${length} ${of.what}`)
  return list
}
