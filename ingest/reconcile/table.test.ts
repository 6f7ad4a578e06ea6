import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ExportProblem } from './problem.ts'
import { tableOf } from './table.ts'

const read = (text: string) => tableOf(Buffer.from(text))
const cellsOf = (text: string) => read(text).rows.map(({ cells }) => Object.fromEntries(cells))

test('quotes, doubled quotes, line breaks in fields and every line ending are read', () => {
  const text = '\ufeffday,model\r\n2026-11-01,"a ""b"", c\nd" \r\n\r\n2026-11-02,e'
  assert.deepEqual(cellsOf(text), [
    { day: '2026-11-01', model: 'a "b", c\nd' },
    { day: '2026-11-02', model: 'e' },
  ])
})

for (const delimiter of [';', '\t']) {
  test(`columns may be separated by ${JSON.stringify(delimiter)}`, () => {
    assert.deepEqual(cellsOf(`day${delimiter}model\n2026-11-01${delimiter}m`), [
      { day: '2026-11-01', model: 'm' },
    ])
  })
}

test('a cell knows its line and column, after fields of several lines too', () => {
  const { rows } = read('day,model\n2026-11-01,"two\nlines"\n2026-11-02,m\n')
  assert.equal(rows[1]?.placeOf('model'), 'line 4, column model')
})

test('buckets of an API become rows; several pages may stand in a list or one a line', () => {
  const page = {
    data: [{ start_time: 1, results: [{ amount: { value: 0.5, currency: 'usd' }, model: null }] }],
  }
  const row = { start_time: '1', amount_value: '0.5', amount_currency: 'usd', model: '' }
  assert.deepEqual(cellsOf(JSON.stringify(page)), [row])
  assert.deepEqual(cellsOf(JSON.stringify([page, page])), [row, row])
  assert.deepEqual(cellsOf(`${JSON.stringify(page)}\n${JSON.stringify(page)}\n`), [row, row])
  assert.equal(read(JSON.stringify(page)).rows[0]?.placeOf('amount_value'), 'data[0].results[0].amount_value')
  assert.equal(read(JSON.stringify({ ...page, has_more: true })).hasMore, true)
})

const bad: [string, Buffer | string, RegExp][] = [
  ['nothing', '', /^the file is empty/],
  ['a header alone', 'day,model\n', /^the file has no rows/],
  ['no buckets', '{"data":[]}', /^the file has no rows/],
  ['a workbook', 'PK\u0003\u0004rest', /workbook.*save the sheet as CSV/],
  ['a compressed file', Buffer.from([0x1f, 0x8b, 8, 0]), /compressed/],
  ['another encoding', Buffer.from('day,model\n2026,ü', 'latin1'), /UTF-8/],
  ['zero bytes', 'day\u0000,model\n', /UTF-8/],
  [
    'a line with a column too many',
    'day,model\n1,2\n1,2,3\n',
    /^line 3: has 3 columns where the header has 2/,
  ],
  ['an open quote', 'day,model\n1,"2\n3,4\n', /^line 2: a quote is opened/],
  ['a column that is there twice', 'day,day\n1,2', /^line 1: the column day is there twice/],
  ['broken JSON', '{"data":[\n{"a":1},]}', /^line 2, column \d+: is not valid JSON/],
  ['cut JSON', '{"data":[', /^line 1, column \d+: is not valid JSON/],
  ['a broken line among good ones', '{"data":[]}\n{"data":', /^line 2: is not valid JSON/],
  ['a list of numbers', '[1]', /^\[0\]: must be an object/],
  ['results that are none', '{"data":[{"results":[7]}]}', /^data\[0\]\.results\[0\]: must be an object/],
  ['an error of the API', '{"error":{"message":"secret"}}', /^is an error of the API/],
]

for (const [what, content, expected] of bad) {
  test(`${what} is refused with its place`, () => {
    assert.throws(
      () => tableOf(Buffer.from(content as string)),
      (error) =>
        error instanceof ExportProblem && expected.test(error.message) && !error.message.includes('secret'),
    )
  })
}
