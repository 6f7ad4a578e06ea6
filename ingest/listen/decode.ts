import { scanFrames } from '../frames.ts'
import { linesOfArray } from '../payload.ts'

export interface DecodedBatch {
  /** Each begins with the end of the line before it. */
  readonly lines: readonly Buffer[]
  readonly records: number
}

const lineEnd = Buffer.from('\n')
const bracket = 0x5b

/** The payloads of a batch as lines behind another; undefined when any of it is damaged. */
export function decodeBatch(body: Buffer): DecodedBatch | undefined {
  const lines: Buffer[] = []
  try {
    const { frames, goodBytes } = scanFrames(body, (payload) => {
      const isArray = payload[0] === bracket
      lines.push(lineEnd, isArray ? Buffer.from(linesOfArray(payload.toString('utf8'))) : payload)
    })
    return goodBytes < body.length || frames === 0 ? undefined : { lines, records: frames }
  } catch {
    return undefined
  }
}
