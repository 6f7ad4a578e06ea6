import { describe, it } from 'node:test'
import { leaveEverywhere } from '../../testing/leaving.ts'
import { seededRandom } from '../../testing/random.ts'
import { wires } from '../../testing/wires.ts'

const callers = 60

describe(`${callers * wires.length} callers that leave wherever they are`, {
  concurrency: wires.length,
}, () => {
  for (const [index, wire] of wires.entries())
    it(`${wire.dialect}: calls end with them, each is one row, and the sidecar serves on`, async (t) => {
      const { medianMs, slowestMs } = await leaveEverywhere(wire, callers, seededRandom(index + 1))
      t.diagnostic(
        `calls outlive their callers by ${medianMs.toFixed(0)} ms, at most ${slowestMs.toFixed(0)} ms`,
      )
    })
})
