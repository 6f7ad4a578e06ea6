interface Waiter {
  readonly position: number
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/** Those who wait until the records up to a position are durable; positions only grow. */
export class FlushWaiters {
  #waiters: Waiter[] = []

  wait(position: number): Promise<void> {
    return new Promise((resolve, reject) => this.#waiters.push({ position, resolve, reject }))
  }

  /** With an error when any record of the part that ends at `position` was lost. */
  settle(position: number, error?: Error): void {
    const open = this.#waiters.findIndex((waiter) => waiter.position > position)
    const count = open < 0 ? this.#waiters.length : open
    if (count === 0) return
    for (const { resolve, reject } of this.#waiters.splice(0, count)) {
      if (error === undefined) resolve()
      else reject(error)
    }
  }
}
