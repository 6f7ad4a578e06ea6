import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadEnglishWords } from '../language/known-words.ts'
import { correctionOf } from './typo.ts'

const known = loadEnglishWords()

test('slips of the fingers become the word that was meant', () => {
  const slips = {
    recieve: 'receive',
    acount: 'account',
    adress: 'address',
    passwrod: 'password',
    withdrawl: 'withdrawal',
    exchnage: 'exchange',
  }
  for (const [wrong, right] of Object.entries(slips)) assert.equal(correctionOf(wrong, known), right)
})

test('words that exist stay, however near they are to another', () => {
  const words =
    'christine martina causal proscribe sulfite nitrite macroeconomics hypotension immoral desert stationary pytorch slovenia'
  for (const word of words.split(' ')) assert.equal(correctionOf(word, known), word)
})

test('a letter in place of another is no slip, nor is a short word or one with a digit', () => {
  for (const word of ['sulfote', 'teh', 'acount2', 'accaunt', 'refundx'])
    assert.equal(correctionOf(word, known), word)
})
