import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { modelTraits } from './models.ts'

const thinkingByName = {
  'claude-2': 'none',
  'claude-instant-1.2': 'none',
  'claude-3-haiku-20240307': 'none',
  'claude-3-5-haiku-latest': 'none',
  'claude-3-7-sonnet-20250219': 'budget',
  'claude-4-opus-20250514': 'budget',
  'claude-sonnet-4-20250514': 'budget',
  'claude-opus-4-1@20250805': 'budget',
  'claude-haiku-4-5-20251001': 'budget',
  'claude-opus-4.6': 'adaptive',
  'claude-opus-4-6-20260205': 'adaptive',
  'claude-sonnet-5': 'adaptive',
  'claude-haiku-5-5': 'adaptive',
  'our-best-model': 'adaptive',
}

describe('what a Claude model can do', () => {
  for (const [name, thinking] of Object.entries(thinkingByName)) {
    it(`is read off the name ${name}: thinking is ${thinking}`, () => {
      assert.equal(modelTraits(name).thinking, thinking)
    })
  }

  it('tells which models cannot be kept from thinking', () => {
    const off = (name: string) => modelTraits(name).off
    assert.deepEqual(
      ['claude-fable-5', 'claude-opus-5-5', 'claude-sonnet-5-5', 'claude-haiku-5-5', 'claude-opus-5'].map(
        off,
      ),
      ['never', 'never', 'between_tools', 'disabled', 'disabled'],
    )
  })

  it('tells which models refuse sampling and forced tools', () => {
    assert.equal(modelTraits('claude-opus-4-6').noSampling, false)
    assert.equal(modelTraits('claude-fable-5-1').noSampling, true)
    assert.equal(modelTraits('claude-fable-5').forcedTools, true)
    assert.equal(modelTraits('claude-fable-5-1').forcedTools, false)
  })
})
