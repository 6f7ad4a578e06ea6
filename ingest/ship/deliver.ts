import { spooledTables } from '../../contract/record.ts'
import { auditLines } from './audit-rows.ts'
import { type Block, type Blocks, blocksOf, keyOf } from './blocks.ts'
import type { RefusedPart } from './claim.ts'
import type { BatchContext } from './courier.ts'
import { isolate } from './isolate.ts'
import { type Outcome, taken } from './outcome.ts'
import type { PoisonRow } from './quarantine.ts'
import type { Inserter } from './warehouse-insert.ts'

/** A refusal may pass, when a migration runs at the moment: only the third is believed. */
const refusalsMax = 3

export interface DeliveryOptions extends BatchContext {
  readonly inserter: Inserter
}

/** One batch on its way into the tables. Kept between tries, so that what has arrived is not sent again. */
export class Delivery {
  readonly #options: DeliveryOptions
  readonly #blocks: Blocks
  readonly #settled = new Set<string>()
  readonly #refusals = new Map<string, number>()
  /** Rows of a block that went to quarantine. */
  readonly #poison = new Map<string, number>()

  constructor(payloads: readonly Buffer[], options: DeliveryOptions) {
    this.#options = options
    this.#blocks = blocksOf(payloads)
  }

  async attempt(): Promise<Outcome> {
    for (const block of this.#blocks.blocks) {
      const outcome = await this.#once(keyOf(block), () => this.#send(block), block)
      if (outcome.kind !== 'taken') return outcome
    }
    for (const [index, line] of this.#blocks.strange.entries()) await this.#quarantineStrange(index, line)
    return this.#reportQuarantined()
  }

  async #once(key: string, send: () => Promise<Outcome>, block: Block): Promise<Outcome> {
    if (this.#settled.has(key)) return taken
    const outcome = await send()
    if (outcome.kind !== 'taken') return outcome
    this.#settled.add(key)
    this.#options.onShipped(block.table, block.rows.length - (this.#poison.get(key) ?? 0))
    return outcome
  }

  async #send(block: Block): Promise<Outcome> {
    const { inserter, claim } = this.#options
    const key = keyOf(block)
    if (claim.claim.progress[key] !== undefined) return this.#isolate(block)
    const outcome = await inserter.insert(block, this.#token(key))
    if (outcome.kind !== 'refused') return outcome
    const refusals = (this.#refusals.get(key) ?? 0) + 1
    this.#refusals.set(key, refusals)
    if (refusals < refusalsMax) return outcome
    const { reason, column } = outcome
    const whole = { from: 0, to: block.rows.length, reason, column }
    await claim.setProgress(key, { settled: 0, refused: [whole] })
    return this.#isolate(block)
  }

  #isolate(block: Block): Promise<Outcome> {
    const { inserter, claim } = this.#options
    const key = keyOf(block)
    return isolate({
      block,
      progress: claim.claim.progress[key] ?? { settled: 0, refused: [] },
      insert: (part, range) => inserter.insert(part, `${this.#token(key)}/${range}`),
      save: (progress) => claim.setProgress(key, progress),
      quarantine: (index, why) => this.#quarantine(block, index, why),
    })
  }

  #quarantine(block: Block, index: number, { reason, column }: RefusedPart): Promise<void> {
    const { table, columns } = block
    this.#poison.set(keyOf(block), (this.#poison.get(keyOf(block)) ?? 0) + 1)
    const row = block.rows[index]?.toString('utf8') ?? ''
    return this.#put({ token: this.#options.claim.claim.token, table, columns, index, reason, column, row })
  }

  #quarantineStrange(index: number, line: Buffer): Promise<void> {
    return this.#put({
      token: this.#options.claim.claim.token,
      table: 'unknown',
      columns: 0,
      index,
      reason: 'UNKNOWN_FORM',
      column: '',
      row: line.toString('utf8'),
    })
  }

  async #put(poison: PoisonRow): Promise<void> {
    if (await this.#options.quarantine.put(poison)) this.#options.onQuarantined(poison.reason, 1)
    else this.#options.onLost(1)
  }

  /** What stayed behind is told to the warehouse too, so that counting there names the difference. */
  async #reportQuarantined(): Promise<Outcome> {
    const { quarantine, claim, inserter } = this.#options
    const { token, madeMs } = claim.claim
    // Only a refusal puts rows there, and each one left its mark in the claim.
    if (Object.keys(claim.claim.progress).length === 0) return taken
    const lines = auditLines(await quarantine.ofBatch(token), 'quarantined', madeMs)
    const rows = lines.map((line) => Buffer.from(line.slice(line.indexOf('['))))
    if (rows.length === 0) return taken
    const columns = Object.keys(spooledTables.self_audit).length
    const outcome = await inserter.insert({ table: 'self_audit', columns, rows }, `${token}/quarantined`)
    // It is only a count: records do not wait for it when it can't be taken.
    return outcome.kind === 'refused' ? taken : outcome
  }

  #token(key: string): string {
    return `${this.#options.claim.claim.token}/${key}`
  }
}
