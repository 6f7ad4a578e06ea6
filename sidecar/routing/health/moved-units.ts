import { Lru } from '../lru.ts'

const unitsMax = 10_000

/** Where units went because their own target had little left, so that their next turns go there too. */
export class MovedUnits {
  readonly #places = new Lru<string, string>(unitsMax)

  place(provider: string, unit: string): string | undefined {
    return this.#places.size === 0 ? undefined : this.#places.get(`${provider} ${unit}`)
  }

  move(provider: string, unit: string, target: string): void {
    this.#places.set(`${provider} ${unit}`, target)
  }
}
