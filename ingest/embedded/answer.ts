import { randomUUID } from 'node:crypto'
import { textMax } from './body.ts'
import type { Engine, Session } from './engine.ts'
import { defaultFormat, formatOf } from './formats.ts'
import { helloBlock, isHello } from './hello.ts'
import type { Input } from './input.ts'
import { quotedName } from './literal.ts'
import { QueryError } from './problem.ts'
import type { Question } from './question.ts'
import { parameterStatement, type QueryLimits, setStatement, settingsFor } from './settings.ts'
import type { Vetting } from './vetting.ts'

/** Where a result goes; the first call sends the head. */
export interface Output {
  /** Complete: its length and what it wrote are known. */
  whole(result: Whole): Promise<void>
  /** A piece of a result of unknown length; resolves when there is room for the next. */
  piece(bytes: Buffer, format: string): Promise<void>
  end(): Promise<void>
}

export interface Whole {
  readonly bytes: Buffer
  readonly rows: number
  /** None for a statement without a result. */
  readonly format: string | undefined
  readonly written: { readonly rows: number; readonly bytes: number }
}

export interface AnswerOptions {
  readonly engine: Engine
  readonly vetting: Vetting
  readonly limits: QueryLimits
  readonly database: string
  /** Aborted when the caller has left. */
  readonly signal: AbortSignal
}

interface Work {
  readonly session: Session
  readonly input: Input
  readonly output: Output
  readonly format: string
  readonly limits: QueryLimits
}

const nothing = { rows: 0, bytes: 0 }

/** Runs one statement in a session of its own. */
export async function answer(
  question: Question,
  input: Input,
  output: Output,
  options: AnswerOptions,
): Promise<void> {
  const format = formatFor(question, input)
  if (isHello(question, input)) {
    return output.whole({ bytes: await helloBlock(options.engine), rows: 1, format, written: nothing })
  }
  const session = options.engine.open()
  const tag = randomUUID()
  const stopWatching = watch(options, tag)
  try {
    await prepare(session, question, { input, options, tag })
    const { canStream } = await options.vetting.check(session, input, question)
    if (options.signal.aborted) throw QueryError.of('QUERY_WAS_CANCELLED', 'The caller left')
    const work = { session, input, output, format, limits: options.limits }
    await run(work, canStream && formatOf(format)?.canStream === true)
  } finally {
    stopWatching()
    await session.close()
  }
}

function formatFor(question: Question, input: Input): string {
  if (input.statement.kind === 'empty') throw QueryError.of('SYNTAX_ERROR', 'Empty query')
  const name = input.statement.format ?? question.format ?? defaultFormat
  if (formatOf(name) === undefined) {
    throw QueryError.of('UNKNOWN_FORMAT', 'No result can be given in this format here')
  }
  return name
}

/**
 * The database first, then values, then settings, and what must hold last: from there on a reader can change
 * nothing. Each statement is known whole, so nothing a caller sends can end one and begin another.
 */
async function prepare(
  session: Session,
  question: Question,
  { input, options, tag }: { input: Input; options: AnswerOptions; tag: string },
): Promise<void> {
  const { role } = question.user
  const settings = [...settingsFor(question.settings, role, options.limits), ['log_comment', tag] as const]
  const isReadOnly = role === 'reader' || question.isGet
  // A value is part of the statement that sets it, and those of callers stay as short as before.
  if (input.parameters.length > 0) await session.run(setStatement([['max_query_size', parameterBytesMax]]))
  await session.run(
    [
      `USE ${quotedName(question.database ?? options.database)}`,
      ...(input.parameters.length === 0 ? [] : [parameterStatement(input.parameters)]),
      setStatement(isReadOnly ? [...settings, ['readonly', '1']] : settings),
    ].join(';'),
  )
}

/** Twice what a form may hold, because each character may need a backslash. */
const parameterBytesMax = String(2 * textMax)

async function run(work: Work, canStream: boolean): Promise<void> {
  const { session, input, output, format, limits } = work
  if (input.statement.kind === 'insert') {
    const written = await session.write(input.runnable)
    return output.whole({ bytes: Buffer.alloc(0), rows: 0, format: undefined, written })
  }
  if (canStream) return stream(work)
  const { bytes, rows } = await session.run(input.runnable, format)
  if (bytes.length > limits.resultBytes) {
    throw QueryError.of(
      'TOO_MANY_ROWS_OR_BYTES',
      `The result has ${bytes.length} bytes, which is over warehouse.limits.resultBytes; a format such as JSONEachRow is streamed`,
    )
  }
  const hasResult = bytes.length > 0 || input.statement.kind === 'select'
  return output.whole({ bytes, rows, format: hasResult ? format : undefined, written: nothing })
}

/** A result of one piece, as most are, is sent whole: with its length, and its error as an error. */
async function stream({ session, input, output, format }: Work): Promise<void> {
  let held: { bytes: Buffer; rows: number } | undefined
  let isFirst = true
  for await (const piece of session.stream(input.runnable, format)) {
    if (held !== undefined) {
      await output.piece(held.bytes, format)
      isFirst = false
    }
    held = piece
  }
  if (isFirst)
    return output.whole({ ...(held ?? { bytes: Buffer.alloc(0), rows: 0 }), format, written: nothing })
  if (held !== undefined) await output.piece(held.bytes, format)
  return output.end()
}

/** The engine goes on for a caller who has left, unless it is told; it may not have begun yet when it is. */
function watch({ engine, signal }: AnswerOptions, tag: string): () => void {
  let timer: NodeJS.Timeout | undefined
  const kill = () => {
    timer = setTimeout(kill, killAgainMs)
    void killQuery(engine, tag)
  }
  signal.addEventListener('abort', kill)
  return () => {
    clearTimeout(timer)
    signal.removeEventListener('abort', kill)
  }
}

const killAgainMs = 500

async function killQuery(engine: Engine, tag: string): Promise<void> {
  const session = engine.open()
  try {
    await session.run(`KILL QUERY WHERE Settings['log_comment'] = '${tag}' ASYNC`)
  } catch {
    // It has ended by itself; its limits end it otherwise.
  } finally {
    await session.close()
  }
}
