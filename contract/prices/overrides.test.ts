import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'yaml'
import { formatMoney, scaleMoney } from '../money.ts'
import type { Usage } from '../usage.ts'
import { loadShippedCatalog } from './catalog.ts'
import { costOf } from './cost.ts'
import { applyOverrides, configureCatalog, type PricedProvider, PriceFileError } from './overrides.ts'
import { readOverrides } from './read-overrides.ts'

const shipped = loadShippedCatalog()
const million = 1_000_000
const all = { input: million, cache_read: million, output: million }

const usual: PricedProvider[] = [
  { name: 'openai', catalogProvider: 'openai' },
  { name: 'openai-eu', catalogProvider: 'openai' },
  { name: 'vllm', catalogProvider: '' },
]

function configure(yaml: string, providers = usual) {
  const { overrides, problems } = readOverrides(parse(yaml))
  assert.deepEqual(problems, [])
  const { catalog, warnings } = configureCatalog(shipped, { providers, overrides })
  const cost = (provider: string, model: string, classes: Usage['classes'] = all, day = '2026-11-20') => {
    const atMs = Date.parse(`${day}T12:00:00Z`)
    const { costUsd } = costOf({ catalog, provider, model, usage: { classes }, atMs })
    return costUsd === undefined ? null : formatMoney(costUsd)
  }
  return { catalog, cost, warnings: warnings.map(({ path, message }) => `${path} ${message}`) }
}

test('without overrides a configured name has the prices of its catalog provider', () => {
  const { cost, warnings } = configure('')
  assert.equal(cost('openai-eu', 'gpt-4o-mini'), cost('openai', 'gpt-4o-mini'))
  assert.equal(cost('vllm', 'gpt-4o-mini'), null)
  assert.deepEqual(warnings, [])
})

test('a rate is merged into the entry, the others stay', () => {
  const { cost } = configure('prices: [{ provider: openai, model: gpt-4o-mini, input: 0.1 }]')
  assert.equal(cost('openai', 'gpt-4o-mini'), '0.775')
  assert.equal(cost('openai-eu', 'gpt-4o-mini'), '0.775', 'namesakes share the rows of the catalog provider')
})

test('a configured name has its own override over that of the catalog provider', () => {
  const { cost } = configure(`prices:
    - { provider: openai-eu, model: gpt-4o-mini, input: "0.2" }
    - { provider: openai, model: gpt-4o-mini, input: 0.1, output: 1 }`)
  assert.equal(cost('openai', 'gpt-4o-mini'), '1.175')
  assert.equal(cost('openai-eu', 'gpt-4o-mini'), '1.275')
})

test('a local server that is called openai is not charged OpenAI prices', () => {
  const providers = [
    { name: 'openai', catalogProvider: 'vllm' },
    { name: 'real', catalogProvider: 'openai' },
  ]
  const { cost } = configure('prices: [{ provider: openai, model: gpt-4o-mini, input: 9 }]', providers)
  assert.equal(cost('openai', 'gpt-4o-mini', { input: million }), '9')
  assert.equal(cost('openai', 'gpt-4o', { input: million }), null)
  assert.equal(cost('real', 'gpt-4o-mini', { input: million }), '0.15')
})

test('a self-hosted model gets a price of its own', () => {
  const { cost } = configure('prices: [{ provider: vllm, model: Qwen/Qwen3-8B, input: 0.02, output: 0.04 }]')
  assert.equal(cost('vllm', 'Qwen/Qwen3-8B'), '0.08')
})

test('a start date holds from that day and keeps what it does not name', () => {
  const { cost } = configure(
    'prices: [{ provider: openai, model: gpt-4o-mini, valid_from: "2026-10-01", input: 0.1, cache_read: 0.05 }]',
  )
  assert.equal(cost('openai', 'gpt-4o-mini', all, '2026-09-30'), '0.825')
  assert.equal(cost('openai', 'gpt-4o-mini', all, '2026-10-01'), '0.75')
})

test('without a start date an override holds always, past price changes of the catalog', () => {
  const { cost } = configure('prices: [{ provider: google, model: gemini-3.6-flash, input: 1 }]', [])
  const input = { input: million }
  assert.equal(cost('google', 'gemini-3.6-flash', input, '2026-11-20'), '1')
  assert.equal(cost('google', 'gemini-3.6-flash', input, '2027-06-01'), '1')
})

test('an entry with the same start date is merged, later ones stay in force', () => {
  const { cost } = configure(
    `prices:
    - { provider: google, model: gemini-3.6-flash, valid_from: "2027-01-01", output: 1 }
    - { provider: google, model: gemini-3.6-flash, valid_from: "2026-10-01", output: 2 }`,
    [],
  )
  const classes = { input: million, output: million }
  const days = ['2026-09-30', '2026-10-01', '2026-12-31', '2027-01-01']
  const costs = days.map((day) => cost('google', 'gemini-3.6-flash', classes, day))
  assert.deepEqual(costs, ['4.5', '2.75', '2.75', '2.5'])
})

test('a daily window is overridden by naming it', () => {
  const { cost, warnings } = configure(
    `prices:
    - { provider: deepseek, model: deepseek-v4-pro, utc: ["11:00", "13:00"], input: 0.1 }`,
    [],
  )
  assert.equal(cost('deepseek', 'deepseek-v4-pro', { input: million }), '0.1')
  assert.deepEqual(warnings, [])
})

test('tiers are merged by their bound', () => {
  const { cost } = configure(
    'prices: [{ provider: openai, model: gpt-5.4, tiers: [{ above: 271999, input: 1 }, { above: 500000, input: 2 }] }]',
  )
  assert.equal(cost('openai', 'gpt-5.4', { input: 400_000, output: million }), '22.9')
  assert.equal(cost('openai', 'gpt-5.4', { input: 600_000 }), '1.2')
})

test('a price per image beats the table of the catalog', () => {
  const { cost } = configure('prices: [{ provider: openai, model: dall-e-3, per_image: 0.03 }]')
  assert.equal(cost('openai', 'dall-e-3', { images: 1 }), '0.03')
})

test('a stated price ends being free', () => {
  const { cost } = configure('prices: [{ provider: google, model: gemma-4-31b-it, input: 1 }]', [])
  assert.equal(cost('google', 'gemma-4-31b-it', { input: million }), '1')
})

test('a negotiated discount is part of the cost, a markup is not', () => {
  const yaml = 'factors: { providers: { openai-eu: 0.85 }, customers: { acme: 1.2 } }'
  const { catalog, cost } = configure(yaml)
  assert.equal(cost('openai-eu', 'gpt-4o-mini', { input: million, web_searches: 100 }), '0.9775')
  assert.equal(cost('openai', 'gpt-4o-mini', { input: million }), '0.15')
  assert.equal(formatMoney(scaleMoney(1_000_000n, catalog.markupOf('acme')!)), '0.0000012')
  assert.equal(catalog.markupOf('nobody'), undefined)
})

const warned: [string, string, RegExp][] = [
  [
    'input without cache rates',
    '{ provider: openai, model: gpt-4.1-nano, input: 1 }',
    /cache_read keep the catalog/,
  ],
  [
    'rates without tiers',
    '{ provider: openai, model: gpt-5.4, output: 1 }',
    /`tiers`.* keep the catalog price/,
  ],
  [
    'rates without windows',
    '{ provider: deepseek, model: deepseek-v4-pro, output: 1 }',
    /repeat it with `utc`/,
  ],
  ['dated rows of the same model', '{ provider: openai, model: gpt-4o, output: 1 }', /gpt-4o-2024-05-13/],
  ['an unknown provider', '{ provider: opnai, model: x, input: 1 }', /prices\[0\]\.provider no provider/],
]

for (const [title, row, expected] of warned) {
  test(`a warning names ${title}`, () => {
    const { warnings } = configure(`prices: [${row}]`)
    assert.ok(
      warnings.some((warning) => expected.test(warning)),
      warnings.join('\n'),
    )
  })
}

test('an override that names the cache rates raises no warning about them', () => {
  const { warnings } = configure(
    'prices: [{ provider: openai, model: o1, input: 1, cache_read: 1, output: 1 }]',
  )
  assert.deepEqual(
    warnings.filter((warning) => warning.includes('cache')),
    [],
  )
})

const refused: [string, string, RegExp][] = [
  ['a list', '[]', /^: must be an object/],
  ['an unknown top key', 'price: []', /^price: is not a known key/],
  [
    'an unknown rate',
    'prices: [{ provider: p, model: m, inputs: 1 }]',
    /^prices\[0\]\.inputs: is not a known key/,
  ],
  ['a missing model', 'prices: [{ provider: p, input: 1 }]', /^prices\[0\]\.model: must be a name/],
  ['no rate', 'prices: [{ provider: p, model: m }]', /^prices\[0\]: sets no rate/],
  [
    'a negative rate',
    'prices: [{ provider: p, model: m, input: -1 }]',
    /^prices\[0\]\.input: must be an amount/,
  ],
  [
    'a rate that is text',
    'prices: [{ provider: p, model: m, input: free }]',
    /^prices\[0\]\.input: must be an/,
  ],
  [
    'a bad day',
    'prices: [{ provider: p, model: m, input: 1, valid_from: "2026-13-01" }]',
    /valid_from: must be a day/,
  ],
  [
    'a bad window',
    'prices: [{ provider: p, model: m, input: 1, utc: ["1am", "4am"] }]',
    /utc: must be two times/,
  ],
  [
    'a bad tier',
    'prices: [{ provider: p, model: m, tiers: [{ input: 1 }] }]',
    /tiers\[0\]\.above: must be a whole/,
  ],
  [
    'a unit rate in a tier',
    'prices: [{ provider: p, model: m, tiers: [{ above: 1, per_image: 1 }] }]',
    /per_image: is/,
  ],
  [
    'a missing search size',
    'prices: [{ provider: p, model: m, per_1k_web_searches: { low: 1, high: 2 } }]',
    /medium: must/,
  ],
  ['prices that are no list', 'prices: { a: 1 }', /^prices: must be a list/],
  ['a factor of 120', 'factors: { customers: { acme: 120 } }', /^factors\.customers\.acme: must be a factor/],
  ['unknown factors', 'factors: { teams: { a: 1 } }', /^factors\.teams: is not a known key/],
]

for (const [title, yaml, expected] of refused) {
  test(`${title} is refused by name`, () => {
    const { problems } = readOverrides(parse(yaml))
    const texts = problems.map(({ path, message }) => `${path}: ${message}`)
    assert.ok(
      texts.some((text) => expected.test(text)),
      texts.join('\n'),
    )
  })
}

test('a prices file is applied to the providers of the configuration', () => {
  const providers = { google: { kind: 'gemini' }, ds: { kind: 'openai-compatible', host: 'deepseek' } }
  const file = parse(
    'prices: [{ provider: ds, model: deepseek-chat, input: 7, cache_read: 1, cache_write: 1 }]',
  )
  const { catalog, warnings } = applyOverrides(shipped, file, { providers })
  assert.deepEqual(warnings, [])
  assert.notEqual(catalog.find('google', 'gemini-2.5-flash'), undefined)
  assert.notEqual(catalog.find('ds', 'deepseek-v4-pro'), undefined)
  const usage = { classes: { input: million } }
  const priced = costOf({
    catalog,
    provider: 'ds',
    model: 'deepseek-chat',
    usage,
    atMs: Date.UTC(2026, 10, 20),
  })
  assert.equal(formatMoney(priced.costUsd!), '7')
  assert.equal(
    applyOverrides(shipped, undefined, { providers }).catalog.find('ds', 'deepseek-v4-pro')?.mode,
    'chat',
  )
})

test('a prices file with a mistake is refused as a whole', () => {
  const refuse = () =>
    applyOverrides(shipped, { prices: [{ provider: 'p', model: 'm', inptu: 1 }] }, { providers: {} })
  assert.throws(
    refuse,
    (error) => error instanceof PriceFileError && /prices\[0\]\.inptu: is not/.test(error.message),
  )
})

test('a factor of the vendor holds for each name it is configured under, one of its own wins', () => {
  const { cost } = configure('factors: { providers: { openai: 0.5 } }')
  assert.equal(cost('openai', 'gpt-4o-mini', { input: million }), '0.075')
  assert.equal(cost('openai-eu', 'gpt-4o-mini', { input: million }), '0.075')
  const { cost: both } = configure('factors: { providers: { openai: 0.5, openai-eu: 0.8 } }')
  assert.equal(both('openai-eu', 'gpt-4o-mini', { input: million }), '0.12')
})

test('a local server that is called openai leaves its factor to itself', () => {
  const { cost } = configure('factors: { providers: { openai: 0.5 } }', [
    { name: 'openai', catalogProvider: 'vllm' },
    { name: 'real', catalogProvider: 'openai' },
  ])
  assert.equal(cost('real', 'gpt-4o-mini', { input: million }), '0.15')
})

test('a factor for a provider that nobody knows is a warning', () => {
  const { warnings } = configure('factors: { providers: { opnai: 0.5 } }')
  assert.deepEqual(warnings, ['factors.providers.opnai no provider of this name is configured or listed'])
})
