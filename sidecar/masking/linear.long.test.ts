import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hostile } from '../../testing/masking-texts.ts'
import { createScanner } from './scan.ts'

const length = 400_000
const rounds = 5
/** Twice the text may take twice the time, with room for caches and collections; quadratic would be four times. */
const most = 2.8

/** CPU time, because other processes do not count in it. */
function cpuOf(run: () => void): number {
  const before = process.cpuUsage()
  run()
  const { user, system } = process.cpuUsage(before)
  return user + system
}

const least = (run: () => void) => Math.min(...Array.from({ length: rounds }, () => cpuOf(run)))

test('time grows with the text and no faster, whatever the text', () => {
  const scanner = createScanner({ memoBytes: 0 })
  scanner.warm()
  for (const [name, make] of Object.entries(hostile)) {
    const [half, whole] = [make(length), make(2 * length)]
    const ratio =
      least(() => scanner.scan(whole)) /
      Math.max(
        least(() => scanner.scan(half)),
        2000,
      )
    assert.ok(ratio < most, `${JSON.stringify(name)}: ${ratio.toFixed(2)} times for twice the text`)
  }
})
