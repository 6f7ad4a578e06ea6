import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../../testing/random.ts'
import { complexityOf, Terciles } from './complexity.ts'

const plain = 'Tell me about the history of the town and its market.'

test('each thing that counts makes a request look more demanding', () => {
  const base = complexityOf(plain, 20).score
  const more = {
    length: complexityOf(plain, 4000).score,
    'a word that binds': complexityOf(`${plain} It must be short.`, 20).score,
    'list items': complexityOf(`${plain}\n- dates\n- names\n3) prices`, 20).score,
    code: complexityOf(`${plain}\n\`\`\`\nx\n\`\`\``, 20).score,
    mathematics: complexityOf(`${plain} ∑∫√≤`, 20).score,
  }
  for (const [what, score] of Object.entries(more)) assert.ok(score > base, `${what}: ${score} > ${base}`)
})

test('more of the same never makes it look less demanding', () => {
  let before = 0
  for (let constraints = 0; constraints < 20; constraints += 1) {
    const { score } = complexityOf(`Write a text.${'\n- it must rhyme'.repeat(constraints)}`, 100)
    assert.ok(score >= before)
    before = score
  }
  before = 0
  for (let tokens = 1; tokens < 1e7; tokens *= 2) {
    const { score } = complexityOf(plain, tokens)
    assert.ok(score >= before)
    before = score
  }
})

test('the score is the formula of its parts', () => {
  const text = 'You must return only JSON.\n- a\n- b\n```js\nf(x)\n```'
  const { score, constraints, hasCode, mathShare } = complexityOf(text, 750)
  assert.deepEqual({ constraints, hasCode, mathShare }, { constraints: 4, hasCode: true, mathShare: 0 })
  assert.ok(Math.abs(score - (0.35 * (2 / 6) + 0.25 * (4 / 8) + 0.2)) < 1e-12)
})

test('code is seen by its shape, prose about code is none', () => {
  for (const text of ['const x = 1', 'SELECT a FROM b WHERE (c)', 'x => x + 1', '<div>hi</div>', 'def f(x):'])
    assert.equal(complexityOf(text).hasCode, true, text)
  for (const text of [
    'Which class should I take?',
    'I want to return my order',
    'import duties on shoes',
    plain,
  ])
    assert.equal(complexityOf(text).hasCode, false, text)
})

test('whatever the text is, the score stays between 0 and 1 (seed 11)', () => {
  const random = seededRandom(11)
  const pieces = [
    'must ',
    '- x\n',
    '```',
    '=',
    '∑',
    'a',
    '\n',
    ' ',
    'SELECT (',
    '</b>',
    '\ud800',
    '漢',
    '1. z\n',
  ]
  for (let round = 0; round < 2000; round += 1) {
    const text = Array.from({ length: random.int(200) }, () => random.pick(pieces)).join('')
    const { score, mathShare } = complexityOf(text, random.int(10 ** random.int(9)))
    assert.ok(score >= 0 && score <= 1 && mathShare >= 0 && mathShare <= 1, JSON.stringify(text))
  }
  assert.equal(complexityOf('').score, 0)
})

/** Processor time, so that other work on the machine does not count; the best of three. */
function millisecondsOf(text: string): number {
  const rounds = [0, 1, 2].map(() => {
    const before = process.cpuUsage()
    complexityOf(text)
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1000
  })
  return Math.min(...rounds)
}

test('16 kB made to hold up a pattern take less than 20 ms', () => {
  const pieces = [
    ' ',
    '\n',
    '\t',
    '- ',
    '-',
    '1',
    '12',
    '123)',
    '* ',
    '`',
    '``',
    'a',
    '_',
    '<',
    '</',
    '</a',
    '=',
    '\\',
    '\\f',
    '\\frac',
  ]
  const hostile = [
    'class ',
    'const',
    'import ',
    'return\t',
    'SELECT ',
    '   \n',
    '\n - ',
    'at ',
    'at  least',
    'no more ',
    '•',
    '\u2028',
  ]
  for (const piece of [...pieces, ...hostile]) {
    const ms = millisecondsOf(piece.repeat(Math.ceil(200_000 / piece.length)))
    assert.ok(ms < 20, `${JSON.stringify(piece)}: ${ms} ms`)
  }
})

test('only the beginning is read: what follows 16 kB is material', () => {
  const material = 'x'.repeat(16_384)
  assert.equal(complexityOf(`${material}\n- must`, 1).constraints, 0)
})

test('thirds are a guess until a route has shown its own traffic', () => {
  const terciles = new Terciles()
  assert.deepEqual(
    [0.05, 0.2, 0.5].map((score) => terciles.level('r', score)),
    ['low', 'medium', 'high'],
  )
  for (let count = 0; count < 128; count += 1) terciles.add('r', 0.6 + (count % 30) / 100)
  assert.equal(terciles.level('r', 0.5), 'low')
  assert.equal(terciles.level('r', 0.75), 'medium')
  assert.equal(terciles.level('r', 0.88), 'high')
  assert.equal(terciles.level('other', 0.5), 'high')
})

test('each third gets about a third, also after the traffic has changed (seed 12)', () => {
  const random = seededRandom(12)
  const terciles = new Terciles()
  for (const from of [0, 0.5]) {
    for (let count = 0; count < 1200; count += 1) terciles.add('r', from + random.next() / 2)
    const levels = Array.from({ length: 3000 }, () => terciles.level('r', from + random.next() / 2))
    for (const level of ['low', 'medium', 'high']) {
      const share = levels.filter((own) => own === level).length / levels.length
      assert.ok(Math.abs(share - 1 / 3) < 0.06, `${level}: ${share}`)
    }
  }
})

test('routes without end are forgotten', () => {
  const terciles = new Terciles()
  for (let route = 0; route < 5000; route += 1) terciles.add(`r${route}`, 0.5)
  assert.equal(terciles.level('r0', 0.2), 'medium')
})
