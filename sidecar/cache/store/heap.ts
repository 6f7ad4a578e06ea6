/** A binary heap that gives the smallest first. What has changed or gone meanwhile is the reader's to tell. */
export class Heap<T> {
  readonly #items: { readonly priority: number; readonly item: T }[] = []

  get size(): number {
    return this.#items.length
  }

  push(priority: number, item: T): void {
    const items = this.#items
    items.push({ priority, item })
    let at = items.length - 1
    while (at > 0) {
      const above = (at - 1) >> 1
      if (this.#priority(above) <= this.#priority(at)) break
      this.#swap(at, above)
      at = above
    }
  }

  pop(): { readonly priority: number; readonly item: T } | undefined {
    const items = this.#items
    const [first] = items
    const last = items.pop()
    if (items.length === 0 || last === undefined) return first
    items[0] = last
    this.#sink()
    return first
  }

  #sink(): void {
    let at = 0
    for (;;) {
      const left = 2 * at + 1
      if (left >= this.#items.length) return
      const smaller = this.#priority(left + 1) < this.#priority(left) ? left + 1 : left
      if (this.#priority(at) <= this.#priority(smaller)) return
      this.#swap(at, smaller)
      at = smaller
    }
  }

  #priority(at: number): number {
    return this.#items[at]?.priority ?? Number.POSITIVE_INFINITY
  }

  #swap(a: number, b: number): void {
    const [x, y] = [this.#items[a], this.#items[b]]
    if (x !== undefined && y !== undefined) [this.#items[a], this.#items[b]] = [y, x]
  }
}
