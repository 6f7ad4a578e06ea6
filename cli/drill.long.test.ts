import assert from 'node:assert/strict'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { pathToFileURL } from 'node:url'
import { doorOf } from '../ingest/door.ts'
import { migrate } from '../ingest/migrate.ts'
import { fakeUpstream } from '../testing/fake-upstream.ts'
import { nodeCommand, spawnProcess } from '../testing/spawn.ts'
import { tempDir } from '../testing/temp-dir.ts'
import { startTestWarehouse } from '../testing/warehouse.ts'

const main = join(import.meta.dirname, 'main.ts')
const guard = pathToFileURL(join(import.meta.dirname, '..', 'testing', 'loopback-only.ts')).href
const environment = {
  SIDELIGHT_CONFIG: undefined,
  OPENAI_API_KEY: undefined,
  ANTHROPIC_API_KEY: undefined,
  GEMINI_API_KEY: undefined,
}

/** In a process that ends when anything leaves this machine. */
async function drill(args: readonly string[], cwd: string, env: Record<string, string | undefined> = {}) {
  await using run = spawnProcess([nodeCommand, '--import', guard, main, 'drill', ...args], {
    cwd,
    env: { ...environment, ...env },
  })
  const { code } = await run.exit
  return { code, stdout: run.stdout, stderr: run.stderr }
}

const two = (more = '', route = '') => `
providers:
  anthropic: { kind: anthropic, keyEnv: ANTHROPIC_API_KEY }
  deepseek: { kind: openai-compatible, host: deepseek, keyEnv: DEEPSEEK_API_KEY }
routes:
  support:
    candidates:
      - { id: strong, provider: anthropic, model: claude-sonnet-5, weight: 0.2 }
      - { id: cheap, provider: deepseek, model: deepseek-chat, weight: 0.8 }
    timeouts: { firstToken: 500ms, idle: 20s, total: 2m }
    ${route}
${more}
`

const quick = ['refused', 'unknown-host', 'rate-limit', 'bad-key', 'error-first', 'cut-middle', 'all-down']
const only = (names: readonly string[]) => names.flatMap((name) => ['--scenario', name])

interface Scenario {
  scenario: string
  verdict: string
  ending: string
  reason: string
  advice: string[]
  requests: { dialect: string; streamed: boolean; verdict: string }[]
}
interface Report {
  recorded: string
  timeouts: { times_faster: number }
  summary: Record<string, number>
  routes: { route: string; dialects: string[]; scenarios: Scenario[] }[]
}

const reportOf = (stdout: string) => JSON.parse(stdout) as Report
const found = (report: Report, name: string, route = 0) =>
  report.routes[route]?.scenarios.find(({ scenario }) => scenario === name) ?? assert.fail(name)

describe('sidelight drill', { concurrency: 2 }, () => {
  it('is watched by a guard that does end whoever leaves the machine', async () => {
    for (const url of ['http://192.0.2.1', 'http://example.invalid']) {
      await using run = spawnProcess([nodeCommand, '--import', guard, '-e', `fetch('${url}')`])
      assert.equal((await run.exit).code, 99)
    }
  })

  it('drills what callers would see, without keys, without a network, and without a trace in the state', async () => {
    await using folder = await tempDir()
    await using real = await fakeUpstream()
    const own = two().replace(
      'keyEnv: ANTHROPIC_API_KEY',
      `keyEnv: ANTHROPIC_API_KEY, baseUrl: '${real.origin}'`,
    )
    await writeFile(folder.file('sidelight.yaml'), own)
    const { code, stdout, stderr } = await drill(['--json', '--no-record', ...only(quick)], folder.path)
    assert.equal(code, 0, stderr)
    const report = reportOf(stdout)
    assert.deepEqual(
      report.routes.map(({ route }) => route),
      ['support'],
    )
    assert.deepEqual(report.routes[0]?.dialects, ['chat', 'messages'])
    for (const name of quick.filter((name) => name !== 'cut-middle' && name !== 'all-down')) {
      const { ending, requests, reason } = found(report, name)
      assert.equal(ending, 'answer', `${name}: ${reason}`)
      assert.equal(requests.length, 4)
    }
    assert.equal(found(report, 'all-down').ending, 'expected_error')
    assert.match(found(report, 'all-down').reason, /503/)
    assert.equal(report.timeouts.times_faster, 40)
    assert.equal(real.requests.length, 0, 'the provider of the configuration was left alone')
    assert.deepEqual(await readdir(folder.path), ['sidelight.yaml'])
  })

  it('says for people what to change where nobody else can answer', async () => {
    await using folder = await tempDir()
    await writeFile(folder.file('sidelight.yaml'), two('', 'fallback: []'))
    const { code, stdout, stderr } = await drill(only(['error-500', 'html']), folder.path)
    assert.equal(code, 0, 'an honest error is no failure')
    assert.match(stdout, /! error-500 +answers 500 +callers saw 500/)
    assert.match(stdout, /→ `fallback` names nobody else/)
    assert.match(stdout, /✓ 0 as they should be, ! 2 honest errors/)
    assert.match(stdout, /40 times faster/)
    assert.match(stderr, /drill: 8 of 8 requests/)
    assert.match(stderr, /not recorded: no warehouse has run here yet/)
    assert.deepEqual(await readdir(folder.path), ['sidelight.yaml'])
    assert.equal((stdout + stderr).includes('\u001b'), false, 'no colours where nobody sees them')
  })

  it('without a configuration drills the simulated provider, and says that it is alone', async () => {
    await using folder = await tempDir()
    const { code, stdout } = await drill(['--no-record', ...only(['reset', 'content-filter'])], folder.path)
    assert.equal(code, 0)
    assert.match(stdout, /no configuration file/)
    assert.match(stdout, /simulated\/sim-fast is the only candidate: add a second one/)
    assert.match(stdout, /✓ content-filter .* the verdict was passed on/)
    assert.deepEqual(await readdir(folder.path), [])
  })

  it('calls as one of the keys, and drills nothing where none may use the route', async () => {
    await using folder = await tempDir()
    const keys = (routes: string) =>
      two(`keys: [{ name: checkout, hashEnv: CHECKOUT_KEY, routes: [${routes}], requestsPerMinute: 1 }]`)
    const run = async (routes: string) => {
      await writeFile(folder.file('sidelight.yaml'), keys(routes))
      const { stdout, stderr } = await drill(['--json', '--no-record', ...only(['error-503'])], folder.path)
      assert.notEqual(stdout, '', stderr)
      return found(reportOf(stdout), 'error-503')
    }
    assert.equal((await run('support')).ending, 'answer')
    const denied = await run('auto')
    assert.equal(denied.verdict, 'n.a.')
    assert.match(denied.reason, /no key may use this route/)
  })

  it('says once why no request at all can be served, and ends with 2 where nothing was drilled', async () => {
    await using folder = await tempDir()
    await writeFile(folder.file('sidelight.yaml'), two('', 'require: { regions: [eu] }'))
    const { code, stdout } = await drill(['--no-record', ...only(['html', 'reset'])], folder.path)
    assert.equal(code, 2)
    assert.match(
      stdout,
      /^support {2}nothing could be drilled\n {2}– not even without trouble: 403 \S+ \(.*region/m,
    )
    assert.equal(stdout.match(/region/g)?.length, 2, 'once for each candidate')
  })

  it('drills the routes that are asked for, each by itself', async () => {
    await using folder = await tempDir()
    const masked = `
  private:
    mask: { EMAIL: mask }
    candidates: [{ provider: anthropic, model: claude-sonnet-5 }]`
    await writeFile(folder.file('sidelight.yaml'), two(masked))
    const { code, stdout, stderr } = await drill(
      ['--json', '--no-record', '--route', 'private', '--route', 'auto', ...only(['html'])],
      folder.path,
    )
    assert.equal(code, 0, stderr)
    const report = reportOf(stdout)
    assert.deepEqual(
      report.routes.map(({ route }) => route),
      ['private', 'auto'],
    )
    for (const { scenarios } of report.routes)
      assert.ok(
        scenarios.length > 0 && scenarios.every(({ verdict }) => verdict === 'pass'),
        'masked like any other',
      )
  })

  it('leaves a row for each route in the warehouse, and nothing else', async () => {
    await using warehouse = await startTestWarehouse()
    await migrate(doorOf(warehouse.client('admin')), { target: 'embedded', database: 'sidelight' })
    await using folder = await tempDir()
    await writeFile(folder.file('sidelight.yaml'), two())
    const before = await readdir(warehouse.stateDir)
    const env = {
      SIDELIGHT_STATE_DIR: warehouse.stateDir,
      SIDELIGHT_WAREHOUSE_LISTEN: new URL(warehouse.url).host,
    }
    const { code, stderr } = await drill(only(['error-500', 'html']), folder.path, env)
    assert.equal(code, 0, stderr)
    assert.match(stderr, /recorded in sidelight\.eval_runs/)
    const door = doorOf(warehouse.client('default'))
    const rows = await door.rows(
      `SELECT kind, route, status, exit_code, asked, scored, failed, applied,
              figures['requests'] AS requests, abs(dateDiff('minute', ts, now())) < 5 AS is_now FROM eval_runs`,
    )
    assert.deepEqual(rows, [
      {
        ...{ kind: 'drill', route: 'support', status: 'ok', exit_code: 0, asked: 2, scored: 2, failed: 0 },
        ...{ applied: false, requests: 8, is_now: 1 },
      },
    ])
    assert.deepEqual(await door.rows('SELECT count() = 0 AS none FROM requests'), [{ none: 1 }])
    assert.deepEqual(await readdir(warehouse.stateDir), before)
  })

  it('goes on without a warehouse, and says why there is no row', async () => {
    await using folder = await tempDir()
    await writeFile(folder.file('sidelight.yaml'), two('warehouse: { url: "http://127.0.0.1:9" }'))
    const { code, stderr } = await drill(only(['html']), folder.path)
    assert.equal(code, 0)
    assert.match(stderr, /not recorded: .*nothing listens there/)
  })

  it('ends with 2 when there is nothing to drill, and lists what there is', async () => {
    await using folder = await tempDir()
    await writeFile(folder.file('bad.yaml'), 'routes: { r: {} }')
    await writeFile(folder.file('sidelight.yaml'), two())
    const wrong: readonly [string[], RegExp][] = [
      [['--config', 'bad.yaml'], /the configuration is not valid[\s\S]*candidates/],
      [['--route', 'suport'], /no route is called "suport"; near names: support/],
      [['--scenario', 'rate-limt'], /near names: rate-limit/],
    ]
    for (const [args, words] of wrong) {
      const { code, stdout, stderr } = await drill(args, folder.path)
      assert.equal(code, 2, args.join(' '))
      assert.equal(stdout, '')
      assert.match(stderr, words)
    }
    const { code, stdout } = await drill(['--list'], folder.path)
    assert.equal(code, 0)
    assert.match(stdout, / {2}stall +falls silent halfway\n/)
    assert.match(stdout, /Routes: support\n/)
  })
})
