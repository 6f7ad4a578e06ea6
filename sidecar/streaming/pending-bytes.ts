const nothing = Buffer.alloc(0)

/**
 * The unfinished end of a stream. A chunk that leaves nothing behind is never copied; a large event in
 * small pieces is copied about twice, however many there are.
 */
export class PendingBytes {
  bytes: Buffer = nothing
  /** The allocation `bytes` lives in, with room behind it; undefined while it is a view of a chunk. */
  #store: Buffer | undefined
  #storeUsed = 0

  /** Frames given out are views of the store, so bytes are only ever added behind them, never moved. */
  append(chunk: Buffer): void {
    const kept = this.bytes.length
    if (kept === 0) {
      this.bytes = chunk
      this.#store = undefined
      return
    }
    const needed = kept + chunk.length
    if (this.#store === undefined || this.#storeUsed + chunk.length > this.#store.length) {
      // Doubling keeps many small pieces linear; a small tail pays for no more than it needs.
      this.#store = Buffer.allocUnsafe(Math.max(needed, 2 * kept))
      this.bytes.copy(this.#store, 0)
      this.#storeUsed = kept
    }
    chunk.copy(this.#store, this.#storeUsed)
    this.#storeUsed += chunk.length
    this.bytes = this.#store.subarray(this.#storeUsed - needed, this.#storeUsed)
  }

  /** Forgets the first bytes: they have been given out. */
  drop(count: number): void {
    this.bytes = count === this.bytes.length ? nothing : this.bytes.subarray(count)
  }
}
