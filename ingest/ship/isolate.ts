import type { Block } from './blocks.ts'
import type { Progress, RefusedPart } from './claim.ts'
import { type Outcome, taken } from './outcome.ts'

export interface IsolateOptions {
  readonly block: Block
  /** With the block as a whole among the refused parts. */
  readonly progress: Progress
  readonly insert: (part: Block, range: string) => Promise<Outcome>
  /** Makes it durable: what was refused once is never sent whole again, whatever the warehouse says by then. */
  readonly save: (progress: Progress) => Promise<void>
  readonly quarantine: (index: number, why: RefusedPart) => Promise<void>
}

/**
 * Finds the rows that a refused insert fails by: halves that are taken are there, halves that are refused are
 * halved again. Each part has a token of its own by its place, so a crash in between doubles nothing.
 */
export async function isolate(options: IsolateOptions): Promise<Outcome> {
  const { block, insert, save, quarantine } = options
  let { progress } = options

  const settle = async (to: number) => {
    const refused = progress.refused.filter((part) => part.to > to)
    const hasLess = refused.length < progress.refused.length
    progress = { settled: to, refused }
    // Parts that were taken need no line on the disk: sent again, they are recognised.
    if (hasLess) await save(progress)
  }
  const refusalOf = async (from: number, to: number): Promise<RefusedPart | Outcome> => {
    const known = progress.refused.find((part) => part.from === from && part.to === to)
    if (known !== undefined) return known
    const outcome = await insert({ ...block, rows: block.rows.slice(from, to) }, `${from}-${to}`)
    if (outcome.kind !== 'refused') return outcome
    const refused = { from, to, reason: outcome.reason, column: outcome.column }
    progress = { ...progress, refused: [...progress.refused, refused] }
    await save(progress)
    return refused
  }
  const send = async (from: number, to: number): Promise<Outcome> => {
    if (to <= progress.settled) return taken
    const refused = await refusalOf(from, to)
    if ('kind' in refused) {
      if (refused.kind === 'taken') await settle(to)
      return refused
    }
    if (to - from === 1) {
      await quarantine(from, refused)
      await settle(to)
      return taken
    }
    const middle = (from + to) >>> 1
    const first = await send(from, middle)
    return first.kind === 'taken' ? send(middle, to) : first
  }
  return send(0, block.rows.length)
}
