import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkItem, type GoldenAnswer } from './check.ts'
import type { GoldenItem } from './item.ts'
import { readGolden } from './load.ts'
import { goldenFromPromptfoo } from './promptfoo.ts'

const routes = ['support']
const line = (fields: object) => JSON.stringify(fields)
const noJudge = { rubric: async () => null, best: async () => null }

const answered = (text: string, own: Partial<GoldenAnswer> = {}): GoldenAnswer => ({
  text,
  finishReason: 'stop',
  outputTokens: 5,
  durationMs: 100,
  costUsd: 0.01,
  ...own,
})

function itemOf(fields: object): GoldenItem {
  const [item] = readGolden(line({ input: 'q', ...fields }), 'g.jsonl', routes)
  assert.ok(item)
  return item
}

const scoreOf = async (fields: object, answer: GoldenAnswer) =>
  (await checkItem(itemOf(fields), answer, noJudge)).score

test('a sample of OpenAI’s evals loads as it is', () => {
  const sample = line({
    input: [
      { role: 'system', content: 's' },
      { role: 'user', content: 'u' },
    ],
    ideal: ['a', 'b'],
  })
  const [item] = readGolden(`${sample}\n\n`, 'g.jsonl', routes)
  assert.deepEqual(
    [item?.route, item?.segment, item?.ideal, item?.messages.length],
    ['support', '', ['a', 'b'], 2],
  )
  assert.match(item?.id ?? '', /^[0-9a-f]{16}$/)
})

test('every line that cannot be read is named with its file and place, all at once', () => {
  const text = [
    '{"input"',
    line({ input: [] }),
    line({ input: 'x', ideal: 3 }),
    line({ input: 'x', assert: [{ type: 'contians', value: 'y' }] }),
    line({ input: 'x', assert: [{ type: 'regex', value: '(' }] }),
    line({ id: 'a', input: 'x', ideal: 'y' }),
    line({ id: 'a', input: 'z', ideal: 'y' }),
  ].join('\n')
  assert.throws(
    () => readGolden(text, 'set.jsonl', routes),
    ({ message }: Error) => {
      for (const part of [
        '1: it is not JSON',
        '2: `input`',
        '3: `ideal`',
        '4: no assert is called contians',
        '5: the pattern',
        '7: the id a stands in line 6',
      ])
        assert.ok(message.includes(`set.jsonl:${part}`), `${part} in ${message}`)
      return true
    },
  )
  assert.throws(() => readGolden(line({ input: 'x' }), 'g', ['a', 'b']), /names no `route`/)
})

test('a fifth is held out, by the id alone', () => {
  const items = readGolden(
    Array.from({ length: 2000 }, (_, n) => line({ id: `${n}`, input: 'x', ideal: 'y' })).join('\n'),
    'g',
    routes,
  )
  const share = items.filter(({ isHeldOut }) => isHeldOut).length / items.length
  assert.ok(share > 0.17 && share < 0.23, String(share))
})

test('asserts score as promptfoo’s do', async () => {
  const cases: readonly [object, GoldenAnswer, number | null][] = [
    [{ ideal: 'Paris' }, answered('It is Paris.'), 1],
    [{ ideal: 'Paris' }, answered('It is Parisian.'), 0],
    [{ ideal: ['4', 'four'] }, answered('2 + 2 = 4'), 1],
    [{ assert: [{ type: 'contains', value: 'Paris' }] }, answered('paris'), 0],
    [{ assert: [{ type: 'icontains', value: 'Paris' }] }, answered('paris'), 1],
    [{ assert: [{ type: 'not-contains', value: 'London' }] }, answered('Paris'), 1],
    [{ assert: [{ type: 'is-json' }] }, answered('{"a":1}'), 1],
    [{ assert: [{ type: 'contains-json', value: { a: 1 } }] }, answered('ok {"a": 1}'), 1],
    [{ assert: [{ type: 'levenshtein', value: 'Paris', threshold: 1 }] }, answered('Pariz'), 1],
    [{ assert: [{ type: 'cost', threshold: 0.001 }] }, answered('x'), 0],
    [{ assert: [{ type: 'cost', threshold: 0.001 }] }, answered('x', { costUsd: undefined }), null],
    [{ assert: [{ type: 'latency', threshold: 200 }] }, answered('x'), 1],
    [{ assert: [{ type: 'is-refusal' }] }, answered("I'm sorry, I can't help with that."), 1],
    [{ assert: [{ type: 'llm-rubric', value: 'polite' }] }, answered('x'), null],
    [
      {
        assert: [
          { type: 'contains', value: 'a', weight: 3 },
          { type: 'contains', value: 'b' },
        ],
      },
      answered('a only'),
      0.75,
    ],
    [{ ideal: 'x' }, answered(''), 0],
    [{ ideal: 'x' }, answered('x', { finishReason: 'length' }), 0],
    [{ assert: [{ type: 'finish-reason', value: 'length' }] }, answered('x', { finishReason: 'length' }), 1],
  ]
  for (const [fields, answer, score] of cases)
    assert.equal(await scoreOf(fields, answer), score, line(fields))
})

test('tests of promptfoo become items, their variables filled in', () => {
  const config = {
    prompts: ['Say {{word}} in {{ language }}'],
    defaultTest: { assert: [{ type: 'not-is-refusal' }], vars: { language: 'French' } },
    tests: [
      { vars: { word: 'cat' }, assert: [{ type: 'icontains', value: '{{language}}' }], description: 'a cat' },
    ],
  }
  const [item] = goldenFromPromptfoo(config, { file: 'p.yaml', route: 'support' })
  assert.deepEqual(item?.['input'], [{ role: 'user', content: 'Say cat in French' }])
  assert.deepEqual(item?.['assert'], [{ type: 'not-is-refusal' }, { type: 'icontains', value: 'French' }])
  assert.equal(readGolden(line(item ?? {}), 'g', routes)[0]?.asserts.length, 2)
  const bad = {
    ...config,
    tests: [
      { vars: {}, assert: [] },
      { vars: { word: 'x' }, assert: [{ type: 'python' }] },
    ],
  }
  assert.throws(
    () => goldenFromPromptfoo(bad, { file: 'p.yaml', route: 'r' }),
    /test 1: no variable is called word\n.*test 2: no assert is called python/,
  )
})
