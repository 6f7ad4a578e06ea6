import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hostile } from '../../testing/masking-texts.ts'
import { createScanner } from './scan.ts'

const length = 200_000
const rounds = 5
const times = 4
/** 2.8 for each doubling: room for caches and collections, where quadratic time would be 16. */
const most = 2.8 ** 2

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
    const [short, long] = [make(length), make(times * length)]
    const ratio =
      least(() => scanner.scan(long)) /
      Math.max(
        least(() => scanner.scan(short)),
        2000,
      )
    assert.ok(ratio < most, `${JSON.stringify(name)}: ${ratio.toFixed(2)} times for four times the text`)
  }
})
