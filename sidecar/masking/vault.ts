import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'
import type { Issued } from './placeholders.ts'

interface Entry {
  readonly sealed: Buffer
  readonly expiresMs: number
}

export interface VaultOptions {
  readonly nowMs: () => number
  readonly entriesMax?: number
  readonly bytesMax?: number
}

/** As long as a conversation that a provider remembers is gone on with in practice. */
const keptMs = 24 * 3_600_000
const ivBytes = 12
const tagBytes = 16
const none: readonly Issued[] = []

/**
 * What stands for what in conversations that a provider remembers (`previous_response_id`): the next request brings
 * only what is new. Kept encrypted, in memory, found only by who began the conversation, and forgotten after a day
 * or when there are too many. The key is made at start and stored nowhere.
 */
export class PlaceholderVault {
  readonly #entries = new Map<string, Entry>()
  readonly #key = randomBytes(32)
  readonly #nowMs: () => number
  readonly #entriesMax: number
  readonly #bytesMax: number
  #bytes = 0

  constructor({ nowMs, entriesMax = 50_000, bytesMax = 64 * 1_048_576 }: VaultOptions) {
    this.#nowMs = nowMs
    this.#entriesMax = entriesMax
    this.#bytesMax = bytesMax
  }

  get size(): number {
    return this.#entries.size
  }

  keep(scope: string, id: string, issued: readonly Issued[]): void {
    if (issued.length === 0 || id === '') return
    const name = this.#nameOf(scope, id)
    const iv = randomBytes(ivBytes)
    const cipher = createCipheriv('aes-256-gcm', this.#key, iv).setAAD(Buffer.from(name))
    const text = cipher.update(JSON.stringify(issued), 'utf8')
    const sealed = Buffer.concat([iv, text, cipher.final(), cipher.getAuthTag()])
    this.#forget(name)
    if (sealed.length > this.#bytesMax) return
    this.#entries.set(name, { sealed, expiresMs: this.#nowMs() + keptMs })
    this.#bytes += sealed.length
    this.#trim()
  }

  recall(scope: string, id: string | undefined): readonly Issued[] {
    if (id === undefined) return none
    const name = this.#nameOf(scope, id)
    const entry = this.#entries.get(name)
    if (entry === undefined) return none
    if (entry.expiresMs <= this.#nowMs()) {
      this.#forget(name)
      return none
    }
    const { sealed } = entry
    const decipher = createDecipheriv('aes-256-gcm', this.#key, sealed.subarray(0, ivBytes))
      .setAAD(Buffer.from(name))
      .setAuthTag(sealed.subarray(-tagBytes))
    const text = Buffer.concat([decipher.update(sealed.subarray(ivBytes, -tagBytes)), decipher.final()])
    return JSON.parse(text.toString('utf8')) as Issued[]
  }

  #nameOf(scope: string, id: string): string {
    return createHmac('sha256', this.#key).update(`${scope}\0${id}`).digest('base64')
  }

  /** The oldest go first. */
  #trim(): void {
    const nowMs = this.#nowMs()
    for (const [name, { expiresMs }] of this.#entries) {
      const isFull = this.#entries.size > this.#entriesMax || this.#bytes > this.#bytesMax
      if (!isFull && expiresMs > nowMs) return
      this.#forget(name)
    }
  }

  #forget(name: string): void {
    const entry = this.#entries.get(name)
    if (entry === undefined) return
    this.#entries.delete(name)
    this.#bytes -= entry.sealed.length
  }
}
