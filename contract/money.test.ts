import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  divideHalfEven,
  formatFraction,
  formatMoney,
  maxMoney,
  parseFraction,
  parseMoney,
  scaleMoney,
  sumMoney,
} from './money.ts'

const texts: [string, string][] = [
  ['0', '0'],
  ['-0', '0'],
  ['0.01065', '0.01065'],
  ['.5', '0.5'],
  ['5.', '5'],
  ['+1.50', '1.5'],
  ['1e-7', '0.0000001'],
  ['4.321E-3', '0.004321'],
  ['1e3', '1000'],
  ['-0.000000000001', '-0.000000000001'],
  ['999999.999999999999', '999999.999999999999'],
  ['0.0000000000005', '0'],
  ['0.0000000000015', '0.000000000002'],
  ['0.0000000000025', '0.000000000002'],
  ['0.00000000000250000001', '0.000000000003'],
  ['-0.0000000000015', '-0.000000000002'],
]

for (const [text, canonical] of texts) {
  test(`${text} is read exactly and written as ${canonical}`, () => {
    assert.equal(formatMoney(parseMoney(text)!), canonical)
  })
}

for (const text of [
  '',
  '.',
  '-',
  'e5',
  'NaN',
  'Infinity',
  '1,5',
  '0x10',
  ' 1',
  '1e9999',
  '1e99',
  '1'.repeat(65),
]) {
  test(`${JSON.stringify(text.slice(0, 12))} (${text.length} characters) is no amount`, () => {
    assert.equal(parseMoney(text), undefined)
  })
}

test('the largest amount fills a Decimal(18,12)', () => {
  assert.equal(formatMoney(maxMoney), '999999.999999999999')
})

test('a million rows of 1e-7 sum to exactly 0.1', () => {
  const row = parseMoney('1e-7')
  const sum = sumMoney(Array.from({ length: 1_000_000 }, () => row))
  assert.equal(formatMoney(sum!), '0.1')
})

test('a sum with an unknown part is unknown', () => {
  assert.equal(sumMoney([1n, undefined, 2n]), undefined)
  assert.equal(sumMoney([]), 0n)
})

test('division rounds ties to the even neighbour, on both sides of zero', () => {
  const quotients = [-5n, -3n, -1n, 0n, 1n, 3n, 5n, 7n].map((n) => divideHalfEven(n, 2n))
  assert.deepEqual(quotients, [-2n, -2n, 0n, 0n, 0n, 2n, 2n, 4n])
  assert.deepEqual([divideHalfEven(2n, 3n), divideHalfEven(-2n, 3n), divideHalfEven(1n, 3n)], [1n, -1n, 0n])
})

test('a markup is applied to the known amount and rounded once', () => {
  assert.equal(scaleMoney(3n, parseFraction('1.5')!), 4n)
  assert.equal(scaleMoney(1_000_000n, parseFraction('1.2')!), 1_200_000n)
})

test('a factor is written as a decimal where that is exact', () => {
  assert.equal(formatFraction(parseFraction('1.104')!), '1.104')
  assert.equal(formatFraction({ numerator: 10n, denominator: 6n }), '10/6')
})
