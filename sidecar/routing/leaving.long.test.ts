import { describe, it } from 'node:test'
import { leaveEverywhere } from '../../testing/leaving.ts'
import { seededRandom } from '../../testing/random.ts'
import { wires } from '../../testing/wires.ts'

const callers = Number(process.env['COUNT'] ?? 2500)

describe(`${callers * wires.length} callers that leave wherever they are`, () => {
  for (const [index, wire] of wires.entries())
    it(`${wire.dialect}: calls end with them, each is one row, and the sidecar serves on`, async (t) => {
      const slowestMs = await leaveEverywhere(wire, callers, seededRandom(index + 1))
      t.diagnostic(`the last call upstream ended ${slowestMs.toFixed(0)} ms after the last caller`)
    })
})
