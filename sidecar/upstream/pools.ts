import { buildConnector, Client, type Dispatcher, errors, Pool } from 'undici'

/** Where exchanges send their requests. */
export interface Upstream {
  readonly dispatcher: Pick<Dispatcher, 'dispatch'>
  /** A connection has just been made and starts its first request: nobody else can have used it before. */
  isConnecting(): boolean
}

export interface PoolOptions {
  /** How names are resolved; for tests that need a host which never answers. */
  readonly lookup?: (hostname: string, options: object, found: (error: Error | null) => void) => void
}

type PooledUpstream = Upstream & { readonly dispatcher: Pool }

/** What both kinds of connection share. Waits are the business of the stages: they know what is worth waiting for. */
const common = {
  pipelining: 1,
  allowH2: false,
  keepAliveTimeout: 30_000,
  keepAliveMaxTimeout: 60_000,
  headersTimeout: 0,
  bodyTimeout: 0,
  maxHeaderSize: 65_536,
}

/**
 * One pool per origin. HTTP/1.1 only: over TLS, HTTP/2 costs 1.6 times the CPU, and one dead connection
 * would kill every stream on it. Idle sockets are closed before providers close theirs.
 */
export class Pools {
  /** By origin, then by the time a connection may take: no key is put together on the way of a request. */
  readonly #pools = new Map<string, Map<number, PooledUpstream>>()
  readonly #options: PoolOptions

  constructor(options: PoolOptions = {}) {
    this.#options = options
  }

  get(origin: string, connectMs: number): Upstream {
    return this.#pools.get(origin)?.get(connectMs) ?? this.#open(origin, connectMs)
  }

  #open(origin: string, connectMs: number): Upstream {
    const { connect, isConnecting } = this.#connector(connectMs)
    const pool = { dispatcher: new Pool(origin, { ...common, connections: 256, connect }), isConnecting }
    const ofOrigin = this.#pools.get(origin) ?? new Map<number, PooledUpstream>()
    this.#pools.set(origin, ofOrigin.set(connectMs, pool))
    return pool
  }

  /** A connection of its own for one request, closed behind it. */
  once(origin: string, connectMs: number): Upstream {
    const { connect, isConnecting } = this.#connector(connectMs)
    const client = new Client(origin, { ...common, connect })
    const dispatch: Dispatcher['dispatch'] = (options, handler) => {
      const accepted = client.dispatch(options, handler)
      // Ends the connection behind the request that was just given to it.
      void client.close()
      return accepted
    }
    return { dispatcher: { dispatch }, isConnecting }
  }

  /** Closes idle pools of providers that a reload removed; running exchanges end first. */
  async retain(origins: ReadonlySet<string>): Promise<void> {
    const gone = [...this.#pools].filter(([origin]) => !origins.has(origin))
    for (const [origin] of gone) this.#pools.delete(origin)
    await Promise.all(gone.flatMap(([, pools]) => [...pools.values()].map((pool) => pool.dispatcher.close())))
  }

  async destroy(): Promise<void> {
    const pools = [...this.#pools.values()].flatMap((ofOrigin) => [...ofOrigin.values()])
    this.#pools.clear()
    await Promise.all(pools.map((pool) => pool.dispatcher.destroy()))
  }

  /** undici starts the first request of a connection while it is told of the connection, all others later. */
  #connector(connectMs: number) {
    const base = buildConnector({ timeout: connectMs, allowH2: false, ...this.#options } as object)
    let isConnecting = false
    const connect: buildConnector.connector = (options, callback) => {
      let isLate = false
      const inTime = (...result: Parameters<typeof callback>) => {
        isConnecting = true
        try {
          callback(...result)
        } finally {
          isConnecting = false
        }
      }
      // undici's own clock ticks once a second: what is meant to take 200 ms would take 1.2 s.
      const timer = setTimeout(() => {
        isLate = true
        inTime(new errors.ConnectTimeoutError(), null)
      }, connectMs)
      base(options, (...result) => {
        clearTimeout(timer)
        if (isLate) result[1]?.destroy()
        else inTime(...result)
      })
    }
    return { connect, isConnecting: () => isConnecting }
  }
}
