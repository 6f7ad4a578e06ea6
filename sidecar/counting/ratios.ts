/** Prompts are measured in bytes of the body, answers in characters of what was said. */
export type ContentKind = 'prompt' | 'answer'

/** What everyone starts with: English prose. */
const firstGuess = 4

/** Weight of the newest answer: some twenty answers decide. */
const newest = 0.1

/** Short texts say more about the wrapping than about the words. */
const tokensMin = 50

/** No tokenizer of real text gives more or less: such a figure counts something else (images, hidden thinking). */
const lowest = 0.8
const highest = 16

/** Callers choose model names, so the memory has a ceiling; the longest unused goes first. */
const modelsMax = 1000

/** How much text makes a token, by provider and model, learned from answers that state their usage. */
export class TokenRatios {
  readonly #models = new Map<string, Record<ContentKind, number>>()

  learn(model: string, kind: ContentKind, seen: { readonly size: number; readonly tokens: number }): void {
    if (seen.tokens < tokensMin) return
    const ratio = seen.size / seen.tokens
    if (ratio < lowest || ratio > highest) return
    const known = this.#models.get(model)
    if (known === undefined) {
      this.#forgetOne()
      this.#models.set(model, { prompt: firstGuess, answer: firstGuess, [kind]: ratio })
    } else known[kind] += (ratio - known[kind]) * newest
  }

  tokens(model: string, kind: ContentKind, size: number): number {
    return Math.ceil(size / (this.#models.get(model)?.[kind] ?? firstGuess))
  }

  #forgetOne(): void {
    if (this.#models.size < modelsMax) return
    for (const oldest of this.#models.keys()) {
      this.#models.delete(oldest)
      return
    }
  }
}
