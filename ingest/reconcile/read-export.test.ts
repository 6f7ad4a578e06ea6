import assert from 'node:assert/strict'
import { test } from 'node:test'
import { profileOf, readMapping } from './mapping.ts'
import { ExportProblem } from './problem.ts'
import { readExport } from './read-export.ts'
import { tableOf } from './table.ts'

function read(content: string | object, map?: string) {
  const table = tableOf(Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)))
  const profile = profileOf(table, map === undefined ? undefined : readMapping(map))
  return { name: profile.name, ...readExport(table, profile) }
}

const pico = (usd: string) => BigInt(Math.round(Number(usd) * 1e6)) * 10n ** 6n
const november = Date.UTC(2026, 10, 20) / 1000

test('usage of OpenAI: audio stands beside text, cached tokens inside', () => {
  const result = {
    object: 'organization.usage.completions.result',
    input_tokens: 1000,
    output_tokens: 50,
    input_cached_tokens: 800,
    input_audio_tokens: 20,
    output_audio_tokens: 5,
    num_model_requests: 7,
    project_id: null,
    model: 'gpt-4o-mini-2024-07-18',
    batch: false,
  }
  const bucket = { object: 'bucket', start_time: november, end_time: november + 86_400, results: [result] }
  assert.deepEqual(read({ object: 'page', data: [bucket], has_more: false, next_page: null }), {
    name: 'openai usage',
    figures: ['requests', 'input_tokens', 'cached_input_tokens', 'output_tokens'],
    lines: [
      {
        day: '2026-11-20',
        model: 'gpt-4o-mini-2024-07-18',
        amounts: { requests: 7n, input_tokens: 1020n, cached_input_tokens: 800n, output_tokens: 55n },
      },
    ],
  })
})

test('costs of OpenAI: the line item begins with the model', () => {
  const result = {
    object: 'organization.costs.result',
    amount: { value: 0.06, currency: 'usd' },
    line_item: 'gpt-4o-mini-2024-07-18, cached input',
    project_id: null,
  }
  const found = read({ data: [{ start_time: november, results: [result] }] })
  assert.equal(found.name, 'openai costs')
  assert.deepEqual(found.lines, [
    { day: '2026-11-20', model: 'gpt-4o-mini-2024-07-18', amounts: { cost_usd: pico('0.06') } },
  ])
})

test('the CSV of the same has the same names', () => {
  const text =
    'start_time,end_time,start_time_iso,input_tokens,num_model_requests,output_tokens,input_cached_tokens,model\n' +
    `${november},${november + 86_400},2026-11-20T00:00:00Z,10,1,2,,gpt-4o\n`
  assert.deepEqual(read(text).lines[0]?.amounts, {
    requests: 1n,
    input_tokens: 10n,
    cached_input_tokens: 0n,
    output_tokens: 2n,
  })
})

test('usage of Anthropic: input without the cache, writes by their lifetime', () => {
  const result = {
    uncached_input_tokens: 100,
    cache_creation: { ephemeral_1h_input_tokens: 20, ephemeral_5m_input_tokens: 30 },
    cache_read_input_tokens: 400,
    output_tokens: 50,
    server_tool_use: { web_search_requests: 3 },
    model: 'claude-sonnet-4-6',
    service_tier: 'standard',
  }
  const found = read({
    data: [{ starting_at: '2026-11-20T00:00:00Z', ending_at: '2026-11-21T00:00:00Z', results: [result] }],
  })
  assert.equal(found.name, 'anthropic usage')
  assert.deepEqual(found.lines[0]?.amounts, {
    input_tokens: 550n,
    cached_input_tokens: 400n,
    cache_write_tokens: 50n,
    output_tokens: 50n,
  })
})

test('costs of Anthropic are cents', () => {
  const result = { currency: 'USD', amount: '123.4567', model: 'claude-sonnet-4-6', cost_type: 'tokens' }
  const found = read({ data: [{ starting_at: '2026-11-20T00:00:00Z', results: [result] }] })
  assert.equal(found.name, 'anthropic costs')
  assert.equal(found.lines[0]?.amounts.cost_usd, 1_234_567_000_000n)
})

test('the console of Anthropic has names of its own', () => {
  const usage =
    'usage_date_utc,model,usage_input_tokens_no_cache,usage_input_tokens_cache_write_5m,usage_input_tokens_cache_write_1h,usage_input_tokens_cache_read,usage_output_tokens\n' +
    '2026-11-20,claude-opus-5,1,2,3,4,5\n'
  assert.deepEqual(read(usage).lines[0]?.amounts, {
    input_tokens: 10n,
    cached_input_tokens: 4n,
    cache_write_tokens: 5n,
    output_tokens: 5n,
  })
  const cost = 'usage_date_utc,model,token_type,cost_usd\n2026-11-20,claude-opus-5,input,1.25\n'
  assert.equal(read(cost).name, 'anthropic console costs')
})

test('any other file is read by the columns one names', () => {
  const text = 'Date;Modell;Tokens;Cost\n2026-11-20 13:00;m;5;$0.25\n'
  const found = read(text, 'day=Date, model=Modell, input_tokens=Tokens, cost_usd=Cost')
  assert.deepEqual(found.lines, [
    { day: '2026-11-20', model: 'm', amounts: { input_tokens: 5n, cost_usd: pico('0.25') } },
  ])
})

test('days are UTC, whatever zone a time is written in', () => {
  const day = (text: string) => read(`day,cost_usd\n${text},1\n`).lines[0]?.day
  assert.equal(day('2026-11-20T23:30:00-05:00'), '2026-11-21')
  assert.equal(day('2026-11-20T23:30:00'), '2026-11-20')
  assert.equal(day('2026-11-20'), '2026-11-20')
  assert.equal(day(String(november)), '2026-11-20')
})

const bad: [string, string | object, string | undefined, RegExp][] = [
  [
    'columns nobody knows',
    'a,b\n1,2\n',
    undefined,
    /is none of openai costs.*its columns are a, b; say what they are/,
  ],
  ['a day that is none', 'day,cost_usd\nyesterday,1\n', undefined, /^line 2, column day: expected a day/],
  ['a day that does not exist', 'day,cost_usd\n2026-02-30,1\n', undefined, /^line 2, column day/],
  [
    'tokens below 0',
    'day,input_tokens\n2026-11-20,-1\n',
    undefined,
    /^line 2, column input_tokens: expected a whole/,
  ],
  ['half a token', 'day,input_tokens\n2026-11-20,1.5\n', undefined, /^line 2, column input_tokens/],
  [
    'an amount with a comma',
    'day;cost_usd\n2026-11-20;1,5\n',
    undefined,
    /^line 2, column cost_usd: expected an amount/,
  ],
  [
    'another currency',
    {
      data: [{ start_time: november, results: [{ amount: { value: 1, currency: 'eur' }, line_item: 'm' }] }],
    },
    undefined,
    /^data\[0\]\.results\[0\]\.amount_currency: is not US dollars/,
  ],
  ['a mapping of nothing', 'a\n1\n', 'day', /^--map: expected name=column/],
  ['a mapping of an unknown name', 'a\n1\n', 'tag=a', /^--map: tag is none of day, model, requests/],
  ['a mapping without a day', 'a\n1\n', 'cost_usd=a', /^--map: name the column of the day/],
  ['a mapping without a figure', 'a\n1\n', 'day=a', /^--map: name a column of requests/],
  [
    'a mapping to a column that is not there',
    'a\n1\n',
    'day=a,cost_usd=b',
    /^--map: there is no column b; its columns are a/,
  ],
]

for (const [what, content, map, expected] of bad) {
  test(`${what}: refused by name`, () => {
    assert.throws(
      () => read(content, map),
      (error) => error instanceof ExportProblem && expected.test(error.message),
    )
  })
}
