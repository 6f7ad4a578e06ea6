import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import type { Config } from '../../contract/config/schema.ts'
import { appendPolicy } from '../../ingest/policies.ts'
import { dayMs, type EvalsWarehouse, startEvalsWarehouse } from '../../testing/evals-warehouse.ts'
import { testPolicy } from '../../testing/policies.ts'
import { runOnce } from './run.ts'

let at: EvalsWarehouse

before(async () => {
  at = await startEvalsWarehouse()
})

after(async () => {
  await at[Symbol.asyncDispose]()
})

interface Asked {
  readonly since?: string
  readonly out?: string
  readonly 'dry-run'?: boolean
}

const run = (config: Config, asked: Asked = {}) =>
  runOnce(config, {}, { routes: Object.keys(config.routes), values: { 'dry-run': false, ...asked } })

test('a cheaper candidate that passes every gate gets more of the traffic, a tenth of the units first', async () => {
  await at.fill({ route: 'grows' })
  const config = at.configFor('grows')
  const code = await run(config)
  const stages = await at.stagesOf('grows')
  assert.equal(code, 0, JSON.stringify(stages))
  const [policy] = await at.policiesOf('grows')
  assert.ok(policy)
  const { canary, segments, parent, evidence } = JSON.parse(policy.document)
  assert.equal(policy.action, 'canary')
  assert.equal(canary.fraction, 0.1)
  assert.equal(canary.control.version, 0)
  assert.equal(parent, 0)
  const [shown] = await at.rows<{ weights: Record<string, number> }>(
    "SELECT weights FROM sidelight.routing_policies WHERE route = 'grows'",
  )
  assert.ok((shown?.weights['cheap'] ?? 0) > 0.1, 'a picture of the weights shows what the traffic gets')
  assert.deepEqual(Object.keys(segments), ['chat', 'search'])
  for (const weights of Object.values(segments) as { cheap: number }[]) assert.ok(weights.cheap > 0.1)
  assert.ok(evidence.cost < 1)
  const names = stages.map(({ stage }) => stage)
  assert.deepEqual(names, [
    'load',
    'integrity',
    'collect',
    'score',
    'estimate',
    'optimise',
    'validate',
    'publish',
  ])
  const changes = await at.rows<{ actor: string }>(
    "SELECT actor FROM sidelight.audit_log WHERE subject = 'grows'",
  )
  assert.deepEqual(changes, [{ actor: 'evals' }])
})

test('a canary is waited for, and scored on both sides', async () => {
  assert.equal(await run(at.configFor('grows')), 20)
  assert.equal((await at.policiesOf('grows')).length, 1)
  assert.match((await at.stagesOf('grows')).at(-1)?.reason ?? '', /version 1 is a canary of 10 %/)
})

test('a window that is gone over again changes nothing: what is scored stays scored', async () => {
  await at.fill({ route: 'again' })
  const config = at.configFor('again', { quality: 'maxLoss: 5%, scorer: gates, mode: observe' })
  const scores = () =>
    at.rows<{ request_id: string }>(
      "SELECT request_id, score FROM sidelight.scores FINAL WHERE route = 'again' ORDER BY request_id",
    )
  assert.equal(await run(config, { since: '1d' }), 10)
  const before = await scores()
  assert.ok(Math.abs(before.length - 2000) <= 2, `${before.length}`)
  assert.equal(await run(config, { since: '1d' }), 10)
  // A request may have become old enough meanwhile; those that were scored keep what they had, once.
  const known = new Set(before.map(({ request_id }) => request_id))
  const after = await scores()
  assert.deepEqual(
    after.filter(({ request_id }) => known.has(request_id)),
    before,
  )
  assert.ok(after.length <= before.length + 3, `${after.length}`)
})

test('the same inputs and seed lead to the same weights, and a dry run leaves nothing behind', async () => {
  await at.fill({ route: 'dry' })
  assert.equal(await run(at.configFor('dry', { quality: 'maxLoss: 5%, scorer: gates, mode: observe' })), 10)
  const left = async () => [
    await at.stagesOf('dry'),
    await at.rows("SELECT count() AS n FROM sidelight.scores WHERE route = 'dry'"),
  ]
  const before = await left()
  const documents = []
  for (const name of ['a', 'b']) {
    const out = at.file(`${name}.jsonl`)
    assert.equal(await run(at.configFor('dry'), { 'dry-run': true, out }), 0)
    documents.push(JSON.parse(await readFile(out, 'utf8')))
  }
  assert.ok(documents[0].policy.segments.chat.cheap > 0)
  assert.deepEqual(documents[0].policy.segments, documents[1].policy.segments)
  assert.deepEqual(documents[0].policy.evidence.candidates, documents[1].policy.evidence.candidates)
  assert.deepEqual(await left(), before)
  assert.deepEqual(await at.policiesOf('dry'), [])
})

test('a log whose draws do not come out again is held, whatever it says of quality', async () => {
  await at.fill({
    route: 'forged',
    bent: (row, index) => (index % 100 === 7 ? { ...row, draw_u: (row.draw_u ?? 0) / 2 } : row),
  })
  assert.equal(await run(at.configFor('forged')), 21)
  assert.deepEqual(await at.policiesOf('forged'), [])
  const [, integrity] = await at.stagesOf('forged')
  assert.match(integrity?.reason ?? '', /\d+ of \d+ draws that were done again came out otherwise/)
})

test('traffic that went elsewhere than it was drawn is held', async () => {
  // A twentieth of the main candidate's requests, taken away by something in between.
  await at.fill({
    route: 'diverted',
    count: 20_000,
    bent: (row, index) =>
      row.candidate_assigned === 'strong' && index % 20 === 0
        ? { ...row, candidate_assigned: 'cheap', candidate_served: 'cheap', propensity: 0.25 }
        : row,
  })
  assert.equal(await run(at.configFor('diverted')), 21)
  assert.deepEqual(await at.policiesOf('diverted'), [])
})

test('with too few scores nobody grows beyond what exploration gives', async () => {
  await at.fill({ route: 'few', count: 300, shares: { cheap: 0.03, strong: 0.97 } })
  assert.equal(await run(at.configFor('few')), 20)
  assert.deepEqual(await at.policiesOf('few'), [])
})

test('without anything that measures quality nothing moves, and it says what to name', async () => {
  await at.fill({ route: 'blind' })
  const config = at.configFor('blind', { quality: 'maxLoss: 5%' })
  const out = at.file('blind.jsonl')
  const code = await run(config, { out })
  assert.equal(code, 20)
  assert.deepEqual(await at.policiesOf('blind'), [])
  assert.match(await readFile(out, 'utf8'), /nothing measures quality: name a scorer/)
})

test('a price that was changed acts at the next run without a new score', async () => {
  await at.fill({ route: 'priced' })
  await at.priceCheap(20)
  assert.equal(await run(at.configFor('priced')), 0)
  const shareOf = (policy: { document: string } | undefined) =>
    JSON.parse(policy?.document ?? '').segments.chat.cheap
  const [cut] = await at.policiesOf('priced')
  assert.equal(cut?.action, 'publish')
  assert.ok(shareOf(cut) < 0.25)
  await at.priceCheap(1)
  const before = await at.rows("SELECT count() AS n FROM sidelight.scores WHERE route = 'priced'")
  assert.equal(await run(at.configFor('priced'), { since: '1s' }), 0)
  assert.ok(shareOf((await at.policiesOf('priced')).at(-1)) > shareOf(cut))
  assert.deepEqual(await at.rows("SELECT count() AS n FROM sidelight.scores WHERE route = 'priced'"), before)
})

test('nobody moves weights when the warehouse is down', async () => {
  const config = at.configFor('down', { warehouseUrl: 'http://127.0.0.1:9' })
  assert.equal(await run(config), 1)
})

test('of two runs the second ends with 1 and publishes nothing', async () => {
  await at.fill({ route: 'twice' })
  const config = at.configFor('twice')
  const codes = await Promise.all([run(config), run(config)])
  assert.deepEqual(codes.toSorted(), [0, 1])
  assert.equal((await at.policiesOf('twice')).length, 1)
})

test('a policy that was published meanwhile is not overwritten', async () => {
  await at.fill({ route: 'raced' })
  const config = at.configFor('raced')
  // Two machines share no lock: only the version stands between them.
  const other = { ...config, stateDir: at.file('state-other') }
  const codes = await Promise.all([run(config), run(other)])
  const published = codes.filter((code) => code === 0).length
  const newest = await at.rows<{ n: number }>(
    "SELECT count() AS n FROM (SELECT version FROM sidelight.routing_policies WHERE route = 'raced' GROUP BY version)",
  )
  // Each version has one publisher; one run may also have come wholly after the other.
  assert.equal(Number(newest[0]?.n), Math.max(1, published), codes.join(' '))
})

test('a policy that cannot be read does not hide the last good one, and its version is not used again', async () => {
  await at.fill({ route: 'corrupt' })
  const good = testPolicy({ route: 'corrupt', version: 3, default: { cheap: 0.2, strong: 0.8 } })
  for (const [version, document] of [
    [3, good.text],
    [4, good.text.replace('0.8', '0.9')],
  ] as const)
    await appendPolicy(at.warehouse.client('writer'), 'sidelight', {
      ...{
        ts: Date.now(),
        route: 'corrupt',
        version,
        parent: version - 1,
        policy_id: version === 3 ? good.document.id : 'f'.repeat(64),
      },
      ...{ action: 'publish', actor: 'test', reason: '', run_id: '', not_before: 0, weights: {}, document },
    })
  assert.equal(await run(at.configFor('corrupt')), 0)
  const published = (await at.policiesOf('corrupt')).at(-1)
  assert.equal(published?.version, 5)
  assert.equal(JSON.parse(published?.document ?? '').canary.control.version, 4)
})

test('a candidate that is gone from the configuration is dropped, and no weight is given to it', async () => {
  await at.fill({ route: 'gone', shares: { cheap: 0.2, old: 0.2, strong: 0.6 } })
  assert.equal(await run(at.configFor('gone')), 0)
  const [policy] = await at.policiesOf('gone')
  for (const weights of Object.values(JSON.parse(policy?.document ?? '').segments))
    assert.deepEqual(Object.keys(weights as object), ['cheap', 'strong'])
})

test('what no candidate reaches is not saved on: the surest gets the traffic, and an alarm stands in the run', async () => {
  await at.fill({
    route: 'poor',
    bent: (row, index) => (index % 2 === 0 ? { ...row, output_tokens: 0 } : row),
  })
  const out = at.file('poor.jsonl')
  await run(at.configFor('poor', { quality: 'maxLoss: 5%, scorer: gates, min: 0.9' }), { out })
  assert.match(await readFile(out, 'utf8'), /floor_unreachable/)
})

test('feedback that hardly anybody gives moves nothing', async () => {
  // What users say needs a day to come.
  await at.fill({ route: 'silent', endMs: Date.now() - 1.1 * dayMs })
  assert.equal(await run(at.configFor('silent', { quality: 'maxLoss: 5%, scorer: thumbs' })), 22)
  assert.deepEqual(await at.policiesOf('silent'), [])
})

test('mode observe computes and publishes nothing; freeze and ab leave weights as they are', async () => {
  for (const mode of ['observe', 'freeze', 'ab']) {
    const route = `mode-${mode}`
    await at.fill({ route })
    assert.equal(
      await run(at.configFor(route, { quality: `maxLoss: 5%, scorer: gates, mode: ${mode}` })),
      10,
      mode,
    )
    assert.deepEqual(await at.policiesOf(route), [])
  }
})

test('what cannot be scored is no score: a null is never read as 0', async () => {
  await at.fill({ route: 'nulls' })
  const config = at.configFor('nulls', { quality: 'maxLoss: 5%, scorer: gates, mode: observe' })
  assert.equal(await run(config), 10)
  const quality = async () => {
    const [row] = await at.rows<{ figures: Record<string, number> }>(
      "SELECT figures FROM sidelight.eval_runs WHERE route = 'nulls' AND stage = 'estimate' ORDER BY ts DESC LIMIT 1",
    )
    return Object.entries(row?.figures ?? {}).filter(([name]) => name.startsWith('quality cheap'))
  }
  const before = await quality()
  assert.equal(before.length, 2)
  await at.insert('scores', [
    ...(await at.rows<object>(
      "SELECT * REPLACE (NULL AS score, generateUUIDv4() AS request_id) FROM sidelight.scores WHERE route = 'nulls' AND candidate = 'cheap' LIMIT 500",
    )),
  ])
  assert.equal(await run(config, { since: '1s' }), 10)
  const after = await quality()
  for (const [index, [, value]] of after.entries())
    assert.ok(Math.abs(value - (before[index]?.[1] ?? 0)) < 1e-9)
})
