import { isObject, type Json } from '../../contract/json.ts'
import { sha256 } from './keys/canonical.ts'
import { quantised } from './vectors/quantise.ts'

export interface EmbedderSettings {
  readonly model: string
  readonly dimensions: number | undefined
  /** How long a request waits for its vector. */
  readonly timeoutMs: number
}

/** `POST …/embeddings` at a configured provider; undefined for anything but a JSON answer with a 2xx. */
export type PostEmbeddings = (body: string, signal: AbortSignal) => Promise<Json | undefined>

interface Waiting {
  readonly text: string
  readonly resolve: (vector: Int8Array | undefined) => void
}

const batchMax = 64
const queueMax = 1024
const keptMax = 4096
/** The call itself may take longer than a request waits: its vector is wanted for the entry. */
const callMs = 10_000

/**
 * Vectors of texts from any OpenAI-compatible endpoint. Texts that come together go together; what is known is not
 * asked again. A fault is no vector, and never an error.
 */
export class Embedder {
  readonly #settings: EmbedderSettings
  readonly #post: PostEmbeddings
  readonly #known = new Map<string, Int8Array>()
  readonly #underWay = new Map<string, Promise<Int8Array | undefined>>()
  #queue: Waiting[] = []
  #calls = 0
  readonly #stop = new AbortController()
  failures = 0

  constructor(settings: EmbedderSettings, post: PostEmbeddings) {
    this.#settings = settings
    this.#post = post
  }

  /** Of model and size: vectors of another are never compared. */
  get id(): string {
    return `${this.#settings.model}/${this.#settings.dimensions ?? ''}`
  }

  /** Within the time a request may wait; the vector itself still comes, for `vectorOf` later. */
  async inTime(text: string): Promise<Int8Array | undefined> {
    const vector = this.vectorOf(text)
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), this.#settings.timeoutMs)
    })
    const first = await Promise.race([vector, late])
    clearTimeout(timer)
    return first
  }

  vectorOf(text: string): Promise<Int8Array | undefined> {
    const key = sha256(text)
    const known = this.#known.get(key)
    if (known !== undefined) return Promise.resolve(known)
    const waiting = this.#underWay.get(key)
    if (waiting !== undefined) return waiting
    if (this.#queue.length >= queueMax || this.#stop.signal.aborted) return Promise.resolve(undefined)
    const asked = new Promise<Int8Array | undefined>((resolve) => {
      this.#queue.push({ text, resolve })
    }).then((vector) => {
      this.#underWay.delete(key)
      if (vector !== undefined) this.#keep(key, vector)
      return vector
    })
    this.#underWay.set(key, asked)
    // Those that come in the same turn of the loop go in one call; while one is under way, the next gathers.
    if (this.#calls === 0) queueMicrotask(() => this.#send())
    return asked
  }

  close(): void {
    this.#stop.abort()
    for (const { resolve } of this.#queue) resolve(undefined)
    this.#queue = []
  }

  #send(): void {
    if (this.#queue.length === 0 || this.#calls >= 2) return
    const batch = this.#queue.splice(0, batchMax)
    this.#calls += 1
    void this.#ask(batch.map(({ text }) => text)).then((vectors) => {
      this.#calls -= 1
      batch.forEach(({ resolve }, index) => {
        resolve(vectors?.[index])
      })
      this.#send()
    })
  }

  async #ask(texts: readonly string[]): Promise<readonly (Int8Array | undefined)[] | undefined> {
    const { model, dimensions } = this.#settings
    const body = JSON.stringify({ model, input: texts, ...(dimensions === undefined ? {} : { dimensions }) })
    try {
      const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(callMs)])
      const vectors = vectorsIn(await this.#post(body, signal), texts.length)
      if (vectors === undefined) this.failures += 1
      return vectors
    } catch {
      this.failures += 1
      return undefined
    }
  }

  #keep(key: string, vector: Int8Array): void {
    if (this.#known.size >= keptMax) {
      const oldest = this.#known.keys().next().value
      if (oldest !== undefined) this.#known.delete(oldest)
    }
    this.#known.set(key, vector)
  }
}

/** By `index` where it is given: not every server keeps the order. */
function vectorsIn(answer: Json | undefined, count: number): (Int8Array | undefined)[] | undefined {
  const data = isObject(answer) ? answer['data'] : undefined
  if (!Array.isArray(data)) return undefined
  const vectors: (Int8Array | undefined)[] = Array.from({ length: count })
  data.forEach((item, position) => {
    if (!isObject(item) || !Array.isArray(item['embedding'])) return
    const at = typeof item['index'] === 'number' ? item['index'] : position
    const numbers = item['embedding']
    if (at in vectors && numbers.length > 0 && numbers.every((value) => typeof value === 'number'))
      vectors[at] = quantised(numbers)
  })
  return vectors
}
