import { Pool } from 'undici'

/**
 * One pool per origin. HTTP/1.1 only: over TLS, HTTP/2 costs 1.6 times the CPU, and one dead connection
 * would kill every stream on it. Idle sockets are closed before providers close theirs.
 */
export class Pools {
  readonly #pools = new Map<string, Pool>()

  get(origin: string, connectMs: number): Pool {
    const key = `${origin} ${connectMs}`
    let pool = this.#pools.get(key)
    if (pool === undefined) {
      pool = new Pool(origin, {
        connections: 256,
        pipelining: 1,
        allowH2: false,
        keepAliveTimeout: 30_000,
        keepAliveMaxTimeout: 60_000,
        headersTimeout: 0,
        bodyTimeout: 0,
        connect: { timeout: connectMs },
        maxHeaderSize: 65_536,
      })
      this.#pools.set(key, pool)
    }
    return pool
  }

  /** Closes idle pools of providers that a reload removed; running exchanges end first. */
  async retain(origins: ReadonlySet<string>): Promise<void> {
    const gone = [...this.#pools].filter(([key]) => !origins.has(key.slice(0, key.indexOf(' '))))
    for (const [key] of gone) this.#pools.delete(key)
    await Promise.all(gone.map(([, pool]) => pool.close()))
  }

  async destroy(): Promise<void> {
    const pools = [...this.#pools.values()]
    this.#pools.clear()
    await Promise.all(pools.map((pool) => pool.destroy()))
  }
}
