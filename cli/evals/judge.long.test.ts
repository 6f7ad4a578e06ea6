import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Config } from '../../contract/config/schema.ts'
import { dayMs, type EvalsWarehouse, startEvalsWarehouse } from '../../testing/evals-warehouse.ts'
import { startTestSidecar, type TestSidecar } from '../../testing/sidecar.ts'
import { nodeCommand, spawnProcess } from '../../testing/spawn.ts'
import { runOnce } from './run.ts'

/** What a provider would say: answers of the two candidates, and the verdicts of a judge who knows which is right. */
interface Provider extends AsyncDisposable {
  readonly origin: string
  /** Models it was asked for, in order. */
  readonly asked: string[]
  fail: (model: string) => boolean
  answer: (model: string, prompt: string) => string
}

let at: EvalsWarehouse
let provider: Provider
const token = 'a-token-of-the-evals'

before(async () => {
  at = await startEvalsWarehouse()
  provider = await startProvider()
})

after(async () => {
  await provider[Symbol.asyncDispose]()
  await at[Symbol.asyncDispose]()
})

async function textOf(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of req) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

async function startProvider(): Promise<Provider> {
  const asked: string[] = []
  const state = { fail: (_model: string) => false, answer: (_model: string, _prompt: string) => 'Paris' }
  const server = createServer(async (req, res) => {
    const { model, messages } = JSON.parse(await textOf(req)) as {
      model: string
      messages: { content: string }[]
    }
    asked.push(model)
    const content = state.answer(model, messages.map((one) => one.content).join('\n'))
    const status = state.fail(model) ? 503 : 200
    res.writeHead(status, { 'content-type': 'application/json' })
    const choices = [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content } }]
    const usage = { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 }
    res.end(
      JSON.stringify(
        status === 503
          ? { error: { message: 'down' } }
          : { id: 'x', object: 'chat.completion', model, choices, usage },
      ),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return Object.assign(state, {
    origin: `http://127.0.0.1:${port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  })
}

const environment = { SIDELIGHT_EVALS_TOKEN: token }

async function sidecarFor(route: string): Promise<TestSidecar> {
  return startTestSidecar(
    `
providers: { sim: { kind: openai-compatible, baseUrl: '${provider.origin}/v1' } }
prices: { file: ${at.file('prices.yaml')} }
routes:
  ${route}:
    baseline: strong
    candidates: [{ id: cheap, provider: sim, model: cheap, params: { top_p: 0.5 } }, { id: strong, provider: sim, model: strong }]
`,
    { environment },
  )
}

const configured = (route: string, sidecar: TestSidecar, more: string, quality = 'maxLoss: 5%'): Config =>
  at.configFor(route, { quality, evals: `, sidecar: '${sidecar.origin}'${more}` })

const run = (config: Config) =>
  runOnce(config, environment, { routes: Object.keys(config.routes), values: { 'dry-run': false } })

test('a golden set moves weights without a stored text: every candidate answers every item, metered and nobody else’s', async () => {
  const lines = Array.from({ length: 300 }, (_, n) =>
    JSON.stringify({
      id: `q${n}`,
      input: [{ role: 'user', content: `Capital of France? (${n})` }],
      ideal: ['Paris'],
    }),
  )
  await writeFile(at.file('golden.jsonl'), lines.join('\n'))
  await at.fill({ route: 'golden' })
  await using sidecar = await sidecarFor('golden')
  const config = configured('golden', sidecar, `, golden: ${at.file('golden.jsonl')}`)
  const code = await run(config)
  assert.equal(code, 0, JSON.stringify(await at.stagesOf('golden')))
  assert.equal((await at.policiesOf('golden')).length, 1)
  const [calls] = [await sidecar.recorded(600)]
  assert.ok(calls.every(({ request }) => request.role === 'shadow' && request.policy_role === 'override'))
  const origins = await at.rows<{ origin: string; n: number }>(
    "SELECT origin, count() AS n FROM sidelight.scores FINAL WHERE route = 'golden' AND scorer = 'golden' GROUP BY origin ORDER BY origin",
  )
  assert.equal(origins.length, 2)
  assert.ok((origins.find(({ origin }) => origin === 'golden_holdout')?.n ?? 0) > 60)
  const before = provider.asked.length
  await run(config)
  assert.equal(provider.asked.length, before, 'what was answered this week is not asked again')
})

test('a candidate that fails the golden items gets no more than exploration gives, whatever it costs', async () => {
  const lines = Array.from({ length: 300 }, (_, n) =>
    JSON.stringify({
      id: `w${n}`,
      input: [{ role: 'user', content: `Capital of Italy? (${n})` }],
      ideal: 'Rome',
    }),
  )
  await writeFile(at.file('hard.jsonl'), lines.join('\n'))
  await at.fill({ route: 'hard' })
  provider.answer = (model) => (model === 'cheap' ? 'Milan' : 'Rome')
  await using sidecar = await sidecarFor('hard')
  await run(configured('hard', sidecar, `, golden: ${at.file('hard.jsonl')}`))
  provider.answer = () => 'Paris'
  for (const { document } of await at.policiesOf('hard'))
    for (const weights of Object.values(JSON.parse(document).segments) as { cheap: number }[])
      assert.ok(weights.cheap < 0.04)
})

test('a golden set that cannot be read ends the run with the line, before anything is asked', async () => {
  await writeFile(
    at.file('bad.jsonl'),
    '{"input":"x","ideal":"y","assert":[{"type":"contians","value":"y"}]}\n',
  )
  await using sidecar = await sidecarFor('bad')
  assert.equal(await run(configured('bad', sidecar, `, golden: ${at.file('bad.jsonl')}`)), 1)
  assert.deepEqual(await at.policiesOf('bad'), [])
})

async function stored(route: string, count = 400): Promise<void> {
  const old = { endMs: Date.now() - 2 * 3_600_000, spanMs: 0.8 * dayMs }
  await at.fill({ route, count, ...old })
  const requests = await at.rows<{ request_id: string; ts: string }>(
    `SELECT request_id, toString(ts) AS ts FROM sidelight.requests WHERE route = '${route}'`,
  )
  const content = (id: string) => ({
    prompt: JSON.stringify([{ role: 'user', content: `Question ${id}` }]),
    answer: `Answer to ${id}`,
  })
  await at.insert(
    'contents',
    requests.map(({ request_id, ts }) => ({ ts, request_id, route, ...content(request_id) })),
  )
}

const judge = (extra = '') => `, judge: { provider: sim, model: judge${extra} }`

test('a judge without labels of people is listened to and not obeyed', async () => {
  await stored('unlabelled')
  provider.answer = (model) => (model === 'judge' ? '{"reason":"fine","score":1}' : 'Paris')
  await using sidecar = await sidecarFor('unlabelled')
  assert.equal(await run(configured('unlabelled', sidecar, judge())), 22)
  assert.deepEqual(await at.policiesOf('unlabelled'), [])
  const stages = await at.stagesOf('unlabelled')
  assert.match(
    stages.find(({ stage }) => stage === 'judge')?.reason ?? '',
    /0 labels of people; 50 are needed/,
  )
  const scored = stages.find(({ stage }) => stage === 'score')
  assert.ok((scored?.scored ?? 0) > 300 && scored?.scored === scored?.asked)
  assert.ok(
    (await sidecar.recorded(300)).every(({ request }) => request.role === 'judge' && request.pair_id !== ''),
  )
})

test('a judge that is down costs the run its exit code and nobody a weight; gates go on', async () => {
  await stored('judgeless')
  provider.fail = (model) => model === 'judge'
  await using sidecar = await sidecarFor('judgeless')
  assert.equal(await run(configured('judgeless', sidecar, judge(), 'maxLoss: 5%, scorer: judge')), 22)
  provider.fail = () => false
  assert.deepEqual(await at.policiesOf('judgeless'), [])
  const [gates] = await at.rows<{ n: number }>(
    "SELECT count() AS n FROM sidelight.scores FINAL WHERE route = 'judgeless' AND scorer = 'gates'",
  )
  assert.ok((gates?.n ?? 0) > 300)
  assert.match(
    (await at.stagesOf('judgeless')).find(({ stage }) => stage === 'score')?.reason ?? '',
    /judge does not answer/,
  )
})

test('a budget is a limit: judging stops before it is passed', async () => {
  await stored('broke')
  provider.answer = (model) => (model === 'judge' ? '{"reason":"fine","score":1}' : 'Paris')
  await using sidecar = await sidecarFor('broke')
  assert.equal(await run(configured('broke', sidecar, `${judge()}, budget: { usd: 0.005 }`)), 22)
  const [spent] = await at.rows<{ usd: number }>(
    "SELECT toFloat64(sum(judge_cost_usd)) AS usd FROM sidelight.scores FINAL WHERE route = 'broke' AND scorer = 'judge'",
  )
  assert.ok((spent?.usd ?? 1) > 0 && (spent?.usd ?? 1) <= 0.005, String(spent?.usd))
  assert.match(
    (await at.stagesOf('broke')).find(({ stage }) => stage === 'score')?.reason ?? '',
    /budget of the run is spent/,
  )
  assert.deepEqual(await at.policiesOf('broke'), [])
})

test('without stored text nothing is judged or replayed, and the run says so', async () => {
  await at.fill({ route: 'textless', endMs: Date.now() - 2 * 3_600_000, count: 1000 })
  await using sidecar = await sidecarFor('textless')
  const code = await run(configured('textless', sidecar, `${judge()}, shadow: { prompts: 10 }`))
  assert.notEqual(code, 0)
  const reason = (await at.stagesOf('textless')).find(({ stage }) => stage === 'score')?.reason ?? ''
  assert.match(reason, /no text is stored .* nothing was judged/)
  assert.match(reason, /prompts are not replayed/)
  assert.deepEqual(await at.policiesOf('textless'), [])
})

test('prompts are asked again of the cheaper candidate, and its answers compared with the baseline’s in both orders', async () => {
  await stored('shadowed')
  provider.answer = (model, prompt) => {
    if (model !== 'judge') return `Another answer of ${model}`
    if (prompt.includes('grade one answer')) return '{"reason":"fine","score":1}'
    return '{"reason":"first reads better","better":"first"}'
  }
  await using sidecar = await sidecarFor('shadowed')
  await run(configured('shadowed', sidecar, `${judge()}, shadow: { share: 1000%, prompts: 20 }`))
  const pairs = await at.rows<{ candidate: string; score: number; reason: string }>(
    "SELECT candidate, score, reason FROM sidelight.scores FINAL WHERE route = 'shadowed' AND scorer = 'judge_pair'",
  )
  assert.ok(pairs.length > 5, String(pairs.length))
  // Who always picks what stands first has said nothing.
  assert.ok(
    pairs.every(
      ({ candidate, score, reason }) =>
        candidate === 'cheap' && score === 0.5 && reason.startsWith('a b first'),
    ),
  )
  const shadows = sidecar.records.filter(({ request }) => request.role === 'shadow')
  assert.ok(shadows.length > 0 && shadows.every(({ request }) => request.candidate_served !== ''))
})

/** Who compares the same two answers comes to the same end, whichever stands first. */
function fairVerdict(prompt: string): string {
  const parts = ['first', 'second'].map(
    (name) => new RegExp(`<${name} \\w+>\\n([^<]*)\\n</`).exec(prompt)?.[1] ?? '',
  )
  const isEven = Number.parseInt(/Question \S+([0-9a-f])\b/.exec(prompt)?.[1] ?? '0', 16) % 2 === 0
  const better = parts.toSorted()[isEven ? 0 : 1]
  return JSON.stringify({ reason: 'r', better: parts[0] === better ? 'first' : 'second' })
}

test('labels of people that agree let the judge move weights', async () => {
  await stored('labelled', 2000)
  provider.answer = (model, prompt) => {
    if (model !== 'judge') return `A good answer of ${model}, in its own words`
    return prompt.includes('grade one answer') ? '{"reason":"fine","score":1}' : fairVerdict(prompt)
  }
  await using sidecar = await sidecarFor('labelled')
  const labels = at.file('labels.jsonl')
  const more = `${judge(`, labels: ${labels}`)}, shadow: { share: 100000%, prompts: 400 }, budget: { usd: 50 }`
  const config = at.configFor('labelled', {
    quality: 'maxLoss: 5%',
    scores: 300,
    evals: `, sidecar: '${sidecar.origin}'${more}`,
  })
  assert.equal(await run(config), 22)
  const pairs = await at.rows<{ pair: string; score: number }>(
    "SELECT pair_id AS pair, score FROM sidelight.scores FINAL WHERE route = 'labelled' AND scorer = 'judge_pair'",
  )
  assert.ok(pairs.length > 200, String(pairs.length))
  const said = pairs
    .slice(0, 80)
    .map(({ pair, score }) => ({ request_id: pair, candidate: 'cheap', score, rater: 'ann' }))
  await writeFile(labels, said.map((one) => JSON.stringify(one)).join('\n'))
  const code = await run(config)
  const stages = await at.stagesOf('labelled')
  const standing = stages.findLast(({ stage }) => stage === 'judge')
  assert.deepEqual([standing?.status, standing?.scored, standing?.reason], ['ok', 80, ''])
  assert.notEqual(code, 22)
  assert.ok(stages.some(({ stage }) => stage === 'optimise'))
})

const main = join(import.meta.dirname, '..', 'main.ts')

async function command(
  args: readonly string[],
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const spawned = spawnProcess([nodeCommand, main, 'evals', ...args], { env: environment })
  const { code } = await spawned.exit
  return { code, stdout: spawned.stdout, stderr: spawned.stderr }
}

test('a replay prices and judges stored requests on another candidate, and goes on where it stopped', async () => {
  await stored('replayed')
  provider.answer = (model) =>
    model === 'judge' ? '{"reason":"alike","better":"tie"}' : `Something else by ${model}`
  await using sidecar = await sidecarFor('replayed')
  const file = await at.configFile('replayed', {
    quality: 'maxLoss: 5%',
    evals: `, sidecar: '${sidecar.origin}'${judge()}`,
  })
  const replay = (more: readonly string[]) =>
    command(['replay', '--config', file, '--model', 'cheap', '--sample', '20', '--since', '3d', ...more])
  const planned = await replay(['--dry-run'])
  assert.match(planned.stdout, /replayed on cheap: \d+ requests, about \$0\.0/)
  assert.equal(sidecar.records.length, 0, 'a dry run asks nobody')
  const cut = await replay(['--max-usd', '0.01'])
  assert.equal(cut.code, 22, cut.stdout + cut.stderr)
  assert.match(cut.stdout, /the limit is reached/)
  const whole = await replay([])
  assert.equal(whole.code, 0, whole.stdout + whole.stderr)
  assert.match(whole.stdout, /20 of 20 replayed \([1-9]\d* before\)/)
  assert.match(whole.stdout, /0 better, 20 alike, 0 worse/)
  const before = sidecar.records.length
  assert.equal((await replay([])).code, 0)
  assert.equal(sidecar.records.length, before)
})

test('status says in words what is in force, and --ab compares candidates', async () => {
  await at.fill({ route: 'shown', baseline: 'strong', policyVersion: 1 })
  const text = { quality: 'maxLoss: 5%, scorer: gates' }
  assert.equal(await run(at.configFor('shown', text)), 0)
  const file = await at.configFile('shown', text)
  const { code, stdout } = await command(['status', '--config', file])
  assert.equal(code, 0)
  assert.match(
    stdout,
    /shown: version 1 for 10 % of the units, version 0 for the others; floor 5 % below strong/,
  )
  assert.match(stdout, /last run: .* \(0\)/)
  assert.match(stdout, /scored: 2000 of 2000 asked/)
  assert.match(stdout, /against the holdout/)
  const compared = await command(['status', '--ab', '--config', file])
  assert.match(
    compared.stdout,
    /cheap: -?\d\.\d points \(-?\d+\.\d to -?\d+\.\d\), \d+ units, sample ratio p 0?\.?\d/,
  )
})
