import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { formatMoney, parseFraction, parseMoney } from '../money.ts'
import { usageOf } from '../usage.ts'
import { loadShippedCatalog } from './catalog.ts'
import { costOf, explainCost } from './cost.ts'
import { unitRateOf } from './rates.ts'

interface CostCase {
  n: number
  name: string
  provider: string
  model: string
  at: string
  usage: { cost?: number }
  tier?: string
  geo?: string
  speed?: string
  classes: Record<string, number>
  expected_usd: string | null
}

const file = join(import.meta.dirname, '..', '..', 'testing', 'fixtures', 'prices', 'cost-cases.jsonl')
const cases = readFileSync(file, 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as CostCase)
const catalog = loadShippedCatalog()
const classOfUnitRate = new Map([...unitRateOf].map(([name, rate]) => [rate as string, name]))

function requestOf(row: CostCase) {
  const classes = Object.entries(row.classes).map(([name, count]) => [
    classOfUnitRate.get(name) ?? name,
    count,
  ])
  const usage = usageOf(Object.fromEntries(classes), {
    ...(row.tier === undefined ? {} : { serviceTier: row.tier }),
    ...(row.geo === undefined ? {} : { geo: row.geo }),
    ...(row.speed === undefined ? {} : { speed: row.speed }),
    ...(row.usage.cost === undefined ? {} : { reportedCostUsd: String(row.usage.cost) }),
  })
  return { catalog, provider: row.provider, model: row.model, usage, atMs: Date.parse(row.at) }
}

for (const row of cases) {
  test(`cost case ${row.n}: ${row.name}`, () => {
    const { costUsd } = costOf(requestOf(row))
    // The table carries more than twelve digits where a rate does not end.
    const expected = row.expected_usd === null ? undefined : parseMoney(row.expected_usd)
    assert.equal(
      costUsd === undefined ? null : formatMoney(costUsd),
      expected === undefined ? null : formatMoney(expected),
    )
  })

  test(`the parts of cost case ${row.n} add up to its catalog price`, () => {
    const { catalogUsd, parts } = explainCost(requestOf(row))
    const sum = parts.reduce((total, part) => total + part.usd, 0n)
    assert.equal(catalogUsd === undefined ? 0n : catalogUsd, sum)
    for (const part of parts) assert.notEqual(parseFraction(part.rate), undefined)
  })
}

test('a figure of the provider wins and the catalog price stays beside it', () => {
  const row = cases.find((found) => found.usage.cost !== undefined)!
  const priced = costOf(requestOf(row))
  assert.equal(priced.source, 'reported')
  assert.equal(formatMoney(priced.catalogUsd!), '0.0045')
})
