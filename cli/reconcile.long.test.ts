import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { AttemptRow } from '../contract/record.ts'
import { doorOf } from '../ingest/door.ts'
import { migrate } from '../ingest/migrate.ts'
import { nodeCommand, spawnProcess } from '../testing/spawn.ts'
import { tempDir } from '../testing/temp-dir.ts'
import { startTestWarehouse } from '../testing/warehouse.ts'

const main = join(import.meta.dirname, 'main.ts')
const folder = await tempDir()
const warehouse = await startTestWarehouse()
after(async () => {
  await warehouse[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

await migrate(doorOf(warehouse.client('admin')), { target: 'embedded', database: 'sidelight' })
await writeFile(
  folder.file('sidelight.yaml'),
  `warehouse: { url: '${warehouse.url}' }
providers:
  oai: { kind: openai, keyEnv: OPENAI_API_KEY }
  ant: { kind: anthropic, keyEnv: ANTHROPIC_API_KEY }
`,
)

interface Call {
  readonly provider: string
  readonly model: string
  readonly reported?: string
  readonly at: string
  readonly input: number
  readonly output: number
  readonly cached?: number
  readonly usd: string | null
}

function attemptOf(call: Call): Partial<Record<keyof AttemptRow, unknown>> {
  return {
    ts: Date.parse(call.at),
    request_id: '019a0000-0000-7000-8000-000000000000',
    provider: call.provider,
    model: call.model,
    model_reported: call.reported ?? '',
    input_tokens: call.input,
    cached_input_tokens: call.cached ?? 0,
    output_tokens: call.output,
    cost_usd: call.usd,
  }
}

const calls: readonly Call[] = [
  {
    provider: 'oai',
    model: 'gpt-4o-mini',
    reported: 'gpt-4o-mini-2024-07-18',
    at: '2026-11-20T00:00:00Z',
    input: 1000,
    output: 10,
    cached: 500,
    usd: '0.000123',
  },
  {
    provider: 'oai',
    model: 'gpt-4o-mini',
    at: '2026-11-20T23:59:59.999Z',
    input: 1,
    output: 1,
    usd: '0.000001000001',
  },
  { provider: 'oai', model: 'gpt-4o-mini', at: '2026-11-21T00:00:00Z', input: 7, output: 7, usd: '0.5' },
  { provider: 'oai', model: 'new-model', at: '2026-11-21T12:00:00Z', input: 5, output: 5, usd: null },
  { provider: 'ant', model: 'claude-opus-5', at: '2026-11-20T12:00:00Z', input: 100, output: 100, usd: '1' },
]
await warehouse.client('writer').insert({
  table: 'attempts',
  values: calls.map(attemptOf),
  format: 'JSONEachRow',
})

async function run(file: string, content: string, args: readonly string[] = []) {
  await writeFile(folder.file(file), content)
  const environment = { SIDELIGHT_CONFIG: undefined, OPENAI_API_KEY: 'k', ANTHROPIC_API_KEY: 'k' }
  await using done = spawnProcess([nodeCommand, main, 'reconcile', file, ...args], {
    cwd: folder.path,
    env: environment,
  })
  const { code } = await done.exit
  return { code, stdout: done.stdout, stderr: done.stderr }
}

const usagePage = (more: readonly object[] = []) =>
  JSON.stringify({
    object: 'page',
    has_more: false,
    data: [
      {
        object: 'bucket',
        start_time: Date.UTC(2026, 10, 20) / 1000,
        results: [
          {
            model: 'gpt-4o-mini-2024-07-18',
            input_tokens: 1001,
            input_cached_tokens: 500,
            output_tokens: 11,
            num_model_requests: 2,
          },
        ],
      },
      ...more,
    ],
  })

test('an export that says what the ledger says is equal, of the providers of its kind alone', async () => {
  const { code, stdout, stderr } = await run('usage.json', usagePage())
  assert.equal(code, 0, stdout + stderr)
  assert.match(stdout, /^openai usage, oai, 2026-11-20 to 2026-11-20 \(UTC\)/)
  assert.match(stdout, /equal: 1 lines/)
})

test('what differs stands in the table, and the exit code is 1', async () => {
  const { code, stdout } = await run('usage.json', usagePage().replace('1001', '1101'))
  assert.equal(code, 1)
  assert.match(stdout, /^2026-11-20 +gpt-4o-mini +input_tokens +1,001 +1,101 +-100$/m)
  assert.doesNotMatch(stdout, /^2026-11-20 +gpt-4o-mini +output_tokens/m)
  const near = await run('usage.json', usagePage().replace('1001', '1101'), ['--tolerance', '10%'])
  assert.equal(near.code, 0)
})

test('costs by line item, with what has no price named', async () => {
  const item = (line: string, value: number) => ({ line_item: line, amount: { value, currency: 'usd' } })
  const bucket = (day: number, results: object[]) => ({ start_time: Date.UTC(2026, 10, day) / 1000, results })
  const page = {
    data: [
      bucket(20, [item('gpt-4o-mini, input', 0.000123), item('gpt-4o-mini, output', 0.000001000001)]),
      bucket(21, [item('gpt-4o-mini-2024-07-18, input', 0.5)]),
    ],
  }
  const { code, stdout } = await run('costs.json', JSON.stringify(page))
  assert.equal(code, 0, stdout)
  assert.match(stdout, /note: 1 calls in the ledger have no price/)
})

test('a plain file with a mapping, as JSON for programs', async () => {
  const { code, stdout } = await run('mine.csv', 'When;What;Cost\n2026-11-20;claude-opus-5;1.5\n', [
    '--map',
    'day=When,model=What,cost_usd=Cost',
    '--provider',
    'ant',
    '--json',
  ])
  assert.equal(code, 1)
  const report = JSON.parse(stdout) as { lines: unknown[] }
  assert.deepEqual(report.lines, [
    {
      day: '2026-11-20',
      model: 'claude-opus-5',
      names: ['claude-opus-5'],
      ledger: { cost_usd: '1' },
      export: { cost_usd: '1.5' },
      difference: { cost_usd: '-0.5' },
      differing: ['cost_usd'],
    },
  ])
})

test('a range looks at its days alone, and the ledger may have what the export lacks', async () => {
  const args = ['--since', '2026-11-20', '--until', '2026-11-21']
  const { code, stdout } = await run('usage.json', usagePage(), args)
  assert.equal(code, 1)
  assert.match(stdout, /^only in the ledger: 2026-11-21 gpt-4o-mini, 2026-11-21 new-model$/m)
})

test('a provider that nobody knows and a tolerance of more than all are mistakes', async () => {
  const nobody = await run('usage.json', usagePage(), ['--provider', 'nope'])
  assert.deepEqual([nobody.code, nobody.stdout], [2, ''])
  assert.match(
    nobody.stderr,
    /^sidelight: --provider: "nope" is neither configured \(.*oai.*\) nor has it calls/,
  )
  for (const share of ['5', '101%']) {
    const { code, stderr } = await run('usage.json', usagePage(), ['--tolerance', share])
    assert.deepEqual(
      [code, stderr],
      [2, 'sidelight: --tolerance: is more than 100%: five percent are 5% or 0.05\n'],
    )
  }
})

test('what cannot be compared ends with code 2 and says where it is wrong', async () => {
  const broken = await run('usage.csv', 'day,model,input_tokens\n2026-11-20,m,1\n2026-11-20,m,many\n')
  assert.equal(broken.code, 2)
  assert.equal(
    broken.stderr,
    'sidelight: usage.csv: line 3, column input_tokens: expected a whole number, 0 or more\n',
  )
  const range = await run('usage.json', usagePage(), ['--since', '2026-12-01'])
  assert.deepEqual([range.code, range.stdout], [2, ''])
  const elsewhere = await run('usage.json', usagePage(), ['--config', 'closed.yaml'])
  assert.equal(elsewhere.code, 2, 'no configuration is no difference')
  await writeFile(
    folder.file('closed.yaml'),
    "warehouse: { url: 'http://127.0.0.1:9' }\nproviders: { o: { kind: openai } }\n",
  )
  const closed = await run('usage.json', usagePage(), ['--config', 'closed.yaml'])
  assert.equal(closed.code, 2)
  assert.match(closed.stderr, /the warehouse at http:\/\/127\.0\.0\.1:9 did not answer/)
})
