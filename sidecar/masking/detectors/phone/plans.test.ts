import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { seededRandom } from '../../../../testing/random.ts'
import { createPlans, type Metadata } from './plans.ts'

interface Library {
  readonly default: (text: string) => { isValid(): boolean } | undefined
  readonly Metadata: new () => Metadata
}

const library = createRequire(import.meta.url)('libphonenumber-js/min') as Library
const digits = (length: number, random: { int(below: number): number }) =>
  Array.from({ length }, () => random.int(10)).join('')

test('where a plan answers, the library says the same', () => {
  const random = seededRandom(5)
  const plans = createPlans(new library.Metadata())
  let answered = 0
  let valid = 0
  for (let round = 0; round < 20_000; round += 1) {
    const text = `+${1 + random.int(9)}${digits(4 + random.int(14), random)}`
    const told = plans.isValid(text)
    if (told === undefined) continue
    answered += 1
    if (told) valid += 1
    assert.equal(told, library.default(text)?.isValid() === true, text)
  }
  assert.ok(answered > 8000 && valid > 500, `${answered} answered, ${valid} valid`)
})
