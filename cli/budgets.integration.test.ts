import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseConfig } from '../contract/config/load.ts'
import { budgetRowsOf, loadBudgets } from '../ingest/budgets-load.ts'
import { doorOf } from '../ingest/door.ts'
import { migrate } from '../ingest/migrate.ts'
import { createLog } from '../sidecar/observe/log.ts'
import { tempDir } from '../testing/temp-dir.ts'
import { startTestWarehouse } from '../testing/warehouse.ts'
import { BudgetKeeper } from './budget-keeper.ts'

const dollar = 10n ** 12n
const key = { name: 'shop', budget: { limit: 10n * dollar, per: 'month' as const } }

function configOf(stateDir: string, more = '') {
  return parseConfig(
    `stateDir: ${stateDir}
providers: { p: { kind: simulated } }
keys: [{ name: shop, hashEnv: SHOP, budget: { usd: 10, per: month } }]
${more}`,
    'test.yaml',
    {},
  ).config
}

function listeningLog() {
  const lines: string[] = []
  const write = (line: string) => void lines.push(line)
  return { lines, log: createLog({ level: 'info', format: 'json', write, nowMs: Date.now }) }
}

test('what keys spent outlives a restart, and is warned of once', async () => {
  await using folder = await tempDir()
  const { lines, log } = listeningLog()
  const config = configOf(folder.path, 'warehouse: { url: "ingest://127.0.0.1:1" }')
  const first = await BudgetKeeper.open(config, log)
  first.start(config)
  first.budgets.spend(key, 9n * dollar, Date.now())
  await first.stop()
  const second = await BudgetKeeper.open(config, log)
  assert.equal(second.budgets.spent(key, Date.now())?.spent, 9n * dollar)
  second.budgets.spend(key, 1n * dollar, Date.now())
  assert.ok(second.budgets.waitMs(key, Date.now()) > 0)
  const spent = second.gauges().find(({ name }) => name === 'sidelight_budget_spent_usd')
  assert.deepEqual([spent?.value, spent?.labels], [10, { key: 'shop', period: 'month' }])
  await second.stop()
  const third = await BudgetKeeper.open(config, log)
  assert.ok(third.budgets.waitMs(key, Date.now()) > 0)
  await third.stop()
  assert.match(lines[0] ?? '', /most of its budget.*"key":"shop","spent_usd":9,"budget_usd":10,"per":"month"/)
})

test('a file that is no such thing is not believed', async () => {
  await using folder = await tempDir()
  const config = configOf(folder.path, 'warehouse: { url: "ingest://127.0.0.1:1" }')
  for (const text of ['{"spent":[{"name":"shop"}]}', 'null', '{', '{"spent":{}}']) {
    await writeFile(join(folder.path, 'budgets.json'), text)
    const keeper = await BudgetKeeper.open(config, listeningLog().log)
    assert.equal(keeper.budgets.waitMs(key, Date.now()), 0, text)
  }
})

test('spend through other sidecars comes from the ledger; the own is not counted twice', async () => {
  await using warehouse = await startTestWarehouse()
  const admin = warehouse.client('admin', { database: 'default' })
  const door = doorOf(admin)
  await migrate(door, { target: 'embedded', database: 'sidelight' })
  const now = Date.now()
  const row = (more: object) => ({
    ts: new Date(now).toISOString().slice(0, -1),
    request_id: crypto.randomUUID(),
    key_name: 'shop',
    sidecar_id: 'elsewhere',
    boot: 1,
    cost_usd: '2.5',
    ...more,
  })
  await admin.insert({
    table: 'sidelight.requests',
    format: 'JSONEachRow',
    clickhouse_settings: { date_time_input_format: 'best_effort' },
    values: [
      row({}),
      row({ sidecar_id: hostname(), cost_usd: '0.25' }),
      row({ sidecar_id: hostname(), boot: Math.floor(now / 1000) + 5, cost_usd: '100' }),
      row({ key_name: 'other', cost_usd: '100' }),
      row({ cost_usd: null }),
      row({ ts: '2020-01-01 00:00:00.000', cost_usd: '100' }),
    ],
  })
  await using folder = await tempDir()
  const { lines, log } = listeningLog()
  const url = warehouse.url.replace('http://', 'http://default@')
  const config = configOf(folder.path, `warehouse: { url: '${url}' }`)
  const keeper = await BudgetKeeper.open(config, log)
  keeper.start(config)
  keeper.budgets.spend(key, 1n * dollar, now)
  const spent = () => keeper.budgets.spent(key, Date.now())?.spent
  for (let turn = 0; turn < 200 && spent() === dollar; turn += 1) await sleep(50)
  assert.equal(spent(), (375n * dollar) / 100n, lines.join(''))
  await keeper.stop()
  assert.match(await readFile(join(folder.path, 'budgets.json'), 'utf8'), /"usd": "3.75"/)

  const database = 'sidelight'
  const rows = budgetRowsOf(config)
  assert.equal(await loadBudgets(door, { rows, database, nowMs: now }), 1)
  assert.equal(await loadBudgets(door, { rows, database, nowMs: now + 1 }), 0)
  assert.equal(await loadBudgets(door, { rows: [], database, nowMs: now + 2 }), 1)
  assert.equal(await loadBudgets(door, { rows: [], database, nowMs: now + 3 }), 0)
  assert.equal(await loadBudgets(door, { rows, database, nowMs: now + 4 }), 1)
})
