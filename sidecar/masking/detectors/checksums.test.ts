import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isEan13, isLuhn, isMod11And10, isVerhoeff, mod97 } from './checksums.ts'

test('each check digit has exactly one right value', () => {
  const checks: readonly [(text: string) => boolean, string][] = [
    [isLuhn, '7992739871'],
    [isVerhoeff, '236'],
    [isMod11And10, '079'],
    [isEan13, '400638133393'],
  ]
  const right = checks.map(([isRight, start]) =>
    [...'0123456789'].filter((digit) => isRight(start + digit)).join(''),
  )
  assert.deepEqual(right, ['3', '3', '2', '1'])
})

test('letters count 10 to 35 in the remainder by 97', () => {
  assert.equal(mod97('WEST12345698765432GB82'), 1)
  assert.equal(mod97('A'), 10)
})
