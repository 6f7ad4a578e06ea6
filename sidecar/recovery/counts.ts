/** A counter by a few labels of few values. */
export class Counts<Labels extends Readonly<Record<string, string>>> {
  readonly #rows = new Map<string, { readonly labels: Labels; value: number }>()

  add(labels: Labels): void {
    const key = Object.values(labels).join('\n')
    const row = this.#rows.get(key)
    if (row === undefined) this.#rows.set(key, { labels, value: 1 })
    else row.value += 1
  }

  rows(): readonly { readonly labels: Labels; readonly value: number }[] {
    return [...this.#rows.values()]
  }
}
