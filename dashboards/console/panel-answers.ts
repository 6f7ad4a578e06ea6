import type { IncomingMessage } from 'node:http'
import type { Panel } from '../catalog/panel.ts'
import { valuesSql } from '../catalog/values.ts'
import type { MultiVariable } from '../dialects/variables.ts'
import { Answers } from './answers.ts'
import { type Asked, type Statement, statementOf } from './parameters.ts'
import { Turns } from './turns.ts'
import { type Answer, plainColumn, type Query } from './warehouse.ts'

/** The warehouse gave no answer; `isAway`: nobody did. */
export class NoAnswer extends Error {
  readonly code: string
  readonly isAway: boolean
  constructor(code: string, isAway: boolean) {
    super(code)
    this.code = code
    this.isAway = isAway
  }
}

export interface PanelAnswersOptions {
  /** Undefined: there is no warehouse that could be asked. */
  readonly query: Query | undefined
  readonly nowMs: () => number
}

/** What a picture can show; more is told as cut off. */
export const rowsMax = 10_000
const valuesMax = 1000
const keepMs = 2000

/** Runs statements of the catalog: a few at a time, each once for all who ask at the same moment. */
export class PanelAnswers {
  readonly #options: PanelAnswersOptions
  readonly #turns = new Turns({ atOnce: 4, ofOne: 2, waiting: 200 })
  readonly #answers: Answers

  constructor(options: PanelAnswersOptions) {
    this.#options = options
    this.#answers = new Answers({ keepMs, entriesMax: 100, nowMs: options.nowMs })
  }

  /** The answer as JSON. */
  panel(from: {
    panel: Panel
    asked: Asked
    key: string
    client: string
    signal: AbortSignal
  }): Promise<string> {
    const { panel, asked, client } = from
    return this.#answers.get(`${panel.id}?${from.key}`, from.signal, async (signal) => {
      const statement = statementOf(panel.sql, asked, panel.leastStep)
      const startedAt = performance.now()
      const { columns, data } = await this.#run(statement, client, signal)
      const rows = data[0]?.length ?? 0
      return JSON.stringify({
        columns,
        data: data.map((values, at) =>
          plainColumn(columns[at] ?? { name: '', type: '' }, values.slice(0, rowsMax)),
        ),
        from: asked.range.fromMs / 1000,
        to: asked.range.toMs / 1000,
        step: statement.stepSeconds,
        elapsed_ms: Math.round((performance.now() - startedAt) * 10) / 10,
        truncated: rows > rowsMax,
      })
    })
  }

  values(from: {
    variable: MultiVariable
    asked: Asked
    search: string
    key: string
    client: string
    signal: AbortSignal
  }): Promise<string> {
    return this.#answers.get(`values ${from.key}`, from.signal, async (signal) => {
      const statement = statementOf(valuesSql(from.variable), from.asked)
      const { data } = await this.#run(statement, from.client, signal)
      const search = from.search.toLowerCase()
      const found = (data[0] ?? []).map(String).filter((value) => value.toLowerCase().includes(search))
      return JSON.stringify({ values: found.slice(0, valuesMax) })
    })
  }

  /** Rows as objects, of a statement that is ours. */
  async rows(
    statement: Pick<Statement, 'sql' | 'values'>,
    client: string,
    signal: AbortSignal,
  ): Promise<Record<string, unknown>[]> {
    const { columns, data } = await this.#run(statement, client, signal)
    const count = data[0]?.length ?? 0
    const plain = data.map((values, at) => plainColumn(columns[at] ?? { name: '', type: '' }, values))
    return Array.from({ length: count }, (_, row) =>
      Object.fromEntries(columns.map(({ name }, at) => [name, plain[at]?.[row]])),
    )
  }

  async #run(
    { sql, values }: Pick<Statement, 'sql' | 'values'>,
    client: string,
    signal: AbortSignal,
  ): Promise<Extract<Answer, { kind: 'answered' }>> {
    const { query } = this.#options
    if (query === undefined) throw new NoAnswer('`warehouse.url` takes records only', true)
    const answer = await this.#turns.run(client, signal, () =>
      query({ sql, values, rowsMax: rowsMax + 1, signal }),
    )
    if (answer.kind === 'answered') return answer
    throw new NoAnswer(answer.code, answer.kind === 'away')
  }
}

/** Two windows of one browser share its places; a proxy in front makes all its readers one. */
export function clientOf(req: IncomingMessage): string {
  return req.socket.remoteAddress ?? ''
}
