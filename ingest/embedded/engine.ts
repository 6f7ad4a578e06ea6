import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { QueryError } from './problem.ts'

/**
 * The binding below chdb's own API, which cannot do what a server needs: its `close()` waits for every
 * running operation of the process, so one slow query would keep the sessions of all others open, and its
 * inserts take apart statements that the engine should see as they came.
 */
interface Binding {
  CreateConnection(path: string, args?: readonly string[]): Connection
  CloseConnection(connection: Connection): void
  QueryAsyncConnection(connection: Connection, sql: string, format: string): Promise<RawResult>
  InsertRawAsyncConnection(
    connection: Connection,
    sql: string,
    data: Buffer,
    countLines: boolean,
  ): Promise<{ rowsWritten: number; bytesWritten: number }>
  StreamQuery(connection: Connection, sql: string, format: string): Stream
  StreamFetch(stream: Stream): Promise<{ done: boolean; bytes: Buffer; numRows: number }>
  StreamCancel(stream: Stream): void
  DurableClassifyAsync(
    connection: Connection,
    sql: string,
    database: string,
  ): Promise<{ statementCount: number; queryClass: number }>
}
type Connection = { readonly connection: unique symbol }
type Stream = { readonly stream: unique symbol }

interface RawResult {
  readonly bytes: Buffer
  readonly rowsRead: number
}

export interface Chunk {
  readonly bytes: Buffer
  readonly rows: number
}

/** How the engine's own parser reads a text, without running it. */
export interface Reading {
  readonly statements: number
  readonly isReadOnly: boolean
}

export interface Engine {
  /** A session of its own: settings, parameters and the database in use end with it. */
  open(): Session
  /** Frees what is left once no session is open; the process then ends by itself. */
  close(): void
}

/** Throws when this machine has no engine. */
export function openEngine(directory: string, args: readonly string[]): Engine {
  const binding = loadBinding()
  // The first connection carries what holds for the whole engine, and keeps it open between requests.
  const first = binding.CreateConnection(directory, args)
  return {
    open: () => new Session(binding, binding.CreateConnection(directory)),
    close: () => binding.CloseConnection(first),
  }
}

/** Another start would not find one either. */
export class EngineMissing extends Error {
  readonly code = 'ENGINE_MISSING'
  constructor(cause: unknown) {
    const why = cause instanceof Error ? cause.message : 'unknown'
    super(
      `the engine of the embedded warehouse cannot be loaded here; it is there for Linux with glibc and for macOS. Set \`warehouse.url\` to a ClickHouse server instead. (${why})`,
      { cause },
    )
    this.name = 'EngineMissing'
  }
}

const needed = [
  'CreateConnection',
  'CloseConnection',
  'QueryAsyncConnection',
  'InsertRawAsyncConnection',
  'StreamQuery',
  'StreamFetch',
  'StreamCancel',
  'DurableClassifyAsync',
] as const satisfies readonly (keyof Binding)[]

/** Not among the exports of the package, whose version is pinned; so each function is looked for. */
export function loadBinding(load: (file: string) => unknown = requireBinding): Binding {
  try {
    const binding = load('loader.js') as Binding
    const missing = needed.filter((name) => typeof binding[name] !== 'function')
    if (missing.length > 0) throw new Error(`the binding has no ${missing.join(', ')}`)
    return binding
  } catch (error) {
    throw new EngineMissing(error)
  }
}

function requireBinding(file: string): unknown {
  const require = createRequire(import.meta.url)
  const loader = join(dirname(require.resolve('chdb')), 'dist', file)
  return (require(loader) as { loadNative(): unknown }).loadNative()
}

export class Session {
  readonly #binding: Binding
  readonly #connection: Connection
  /** One operation at a time; a connection that is closed under a running one takes the process with it. */
  #running: Promise<unknown> = Promise.resolve()

  constructor(binding: Binding, connection: Connection) {
    this.#binding = binding
    this.#connection = connection
  }

  /** The whole result at once. */
  async run(sql: string, format = 'TabSeparated'): Promise<Chunk> {
    const raw = await this.#call(this.#binding.QueryAsyncConnection(this.#connection, sql, format))
    return { bytes: raw.bytes, rows: raw.rowsRead }
  }

  /** A statement that writes, with what it wrote, views included. */
  async write(sql: string): Promise<{ rows: number; bytes: number }> {
    const done = await this.#call(
      this.#binding.InsertRawAsyncConnection(this.#connection, sql, Buffer.alloc(0), false),
    )
    return { rows: done.rowsWritten, bytes: done.bytesWritten }
  }

  /** The result piece by piece. Starting one occupies the event loop until the engine has planned it. */
  async *stream(sql: string, format: string): AsyncGenerator<Chunk> {
    let stream: Stream
    try {
      stream = this.#binding.StreamQuery(this.#connection, sql, format)
    } catch (error) {
      throw QueryError.from(error)
    }
    try {
      for (;;) {
        const { done, bytes, numRows } = await this.#call(this.#binding.StreamFetch(stream))
        if (done) return
        yield { bytes, rows: numRows }
      }
    } finally {
      await this.#running
      this.#binding.StreamCancel(stream)
    }
  }

  async read(sql: string): Promise<Reading> {
    const { statementCount, queryClass } = await this.#call(
      this.#binding.DurableClassifyAsync(this.#connection, sql, ''),
    )
    return { statements: statementCount, isReadOnly: queryClass === 0 }
  }

  async close(): Promise<void> {
    await this.#running
    this.#binding.CloseConnection(this.#connection)
  }

  async #call<T>(operation: Promise<T>): Promise<T> {
    this.#running = operation.then(
      () => {},
      () => {},
    )
    try {
      return await operation
    } catch (error) {
      throw QueryError.from(error)
    }
  }
}
