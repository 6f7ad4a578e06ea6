/** Units that were sent elsewhere because their own target had little left; past this the oldest are forgotten. */
const unitsMax = 10_000

/** Where units went that are not where their hash would put them, so that their next turns go there too. */
export class MovedUnits {
  readonly #places = new Map<string, string>()

  place(provider: string, unit: string): string | undefined {
    return this.#places.size === 0 ? undefined : this.#places.get(`${provider} ${unit}`)
  }

  move(provider: string, unit: string, target: string): void {
    if (this.#places.size >= unitsMax) this.#forgetSome()
    this.#places.set(`${provider} ${unit}`, target)
  }

  #forgetSome(): void {
    let left = unitsMax / 10
    for (const unit of this.#places.keys()) {
      this.#places.delete(unit)
      left -= 1
      if (left <= 0) return
    }
  }
}
