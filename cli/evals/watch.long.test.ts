import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { canaryNumber } from '../../contract/draw.ts'
import type { RequestRow } from '../../contract/record.ts'
import { appendPolicy } from '../../ingest/policies.ts'
import { dayMs, type EvalsWarehouse, shares, startEvalsWarehouse } from '../../testing/evals-warehouse.ts'
import { testPolicy } from '../../testing/policies.ts'
import { runOnce } from './run.ts'
import { watchOnce } from './watch.ts'

let at: EvalsWarehouse
const hourMs = 3_600_000

before(async () => {
  at = await startEvalsWarehouse()
})

after(async () => {
  await at[Symbol.asyncDispose]()
})

const before_ = { cheap: 0.2, strong: 0.8 }
const after_ = { cheap: 0.5, strong: 0.5 }

/** A canary of a tenth that began four hours ago. */
async function startCanary(route: string): Promise<void> {
  const control = testPolicy({ route, version: 1, default: before_ })
  const canary = testPolicy({
    route,
    version: 2,
    default: after_,
    canary: { fraction: 0.1, salt: 'c2', control: { version: 1, segments: {}, default: before_ } },
  })
  for (const [index, policy] of [control, canary].entries())
    await appendPolicy(at.warehouse.client('writer'), 'sidelight', {
      ...{
        ts: Date.now() - (index === 0 ? 3 * dayMs : 4 * hourMs),
        route,
        version: index + 1,
        parent: index,
      },
      ...{
        policy_id: policy.document.id,
        action: index === 0 ? 'publish' : 'canary',
        actor: 'test',
        reason: '',
      },
      ...{ run_id: '', not_before: 0, weights: {}, document: policy.text },
    })
}

/** Which side a request is on, as a sidecar would have it; who is held out is drawn on its side too. */
const sided =
  (own: (row: Partial<RequestRow>) => Partial<RequestRow> = (row) => row) =>
  (row: Partial<RequestRow>) => {
    const isCanary = canaryNumber('c2', row.request_id ?? '') < 0.1
    const version = isCanary ? 2 : 1
    const drawn = { ...row, policy_version: version, policy_id: `p${version}` }
    if (row.policy_role === 'holdout') return drawn
    const side = { ...drawn, policy_role: isCanary ? 'candidate' : 'control' }
    return isCanary ? own(side) : side
  }

const watch = (route: string, nowMs?: number) =>
  watchOnce(at.configFor(route), {}, [route], ...(nowMs === undefined ? [] : ([nowMs] as const)))

/** Every request of the window is scored by the gates. */
const score = (route: string) =>
  runOnce(
    at.configFor(route, { scores: 20_000 }),
    {},
    { routes: [route], values: { 'dry-run': false, since: '1d' } },
  )

const recent = { baseline: 'strong', endMs: Date.now() - 60_000, spanMs: 3.5 * hourMs, count: 8000, shares }

test('without a canary there is nothing to watch', async () => {
  await at.fill({ route: 'calm' })
  assert.equal(await watch('calm'), 0)
  assert.equal(await watch('calm'), 0)
  const stages = await at.stagesOf('calm')
  assert.deepEqual(
    stages.map(({ kind, stage, status }) => `${kind} ${stage} ${status}`),
    ['watch canary skipped'],
  )
})

test('a canary that does as well as its control goes to half of the units, on the same side as before', async () => {
  await startCanary('well')
  await at.fill({ route: 'well', ...recent, bent: sided() })
  assert.equal(await score('well'), 20)
  assert.equal(await watch('well'), 0)
  const published = (await at.policiesOf('well')).at(-1)
  assert.equal(published?.version, 3)
  const { canary, default: weights } = JSON.parse(published?.document ?? '')
  assert.deepEqual([canary.fraction, canary.salt, canary.control.version], [0.5, 'c2', 1])
  assert.deepEqual(weights, after_)
})

test('a canary that ends without answers more often is taken back, and nothing new is tried for a day', async () => {
  await startCanary('fails')
  const broken = sided((row) =>
    (Number(row.draw_u) * 1e6) % 1 < 0.3 ? { ...row, status: 'error', http_status: 502 } : row,
  )
  await at.fill({ route: 'fails', ...recent, bent: broken })
  await score('fails')
  assert.equal(await watch('fails'), 30)
  const published = (await at.policiesOf('fails')).at(-1)
  assert.deepEqual([published?.version, published?.action], [3, 'revert'])
  const { canary, default: weights, parent } = JSON.parse(published?.document ?? '')
  assert.deepEqual([canary, parent], [undefined, 2])
  assert.deepEqual(weights, before_)
  assert.match(published?.reason ?? '', /taken back: ok got worse \(e-value [\d.e+]+\)/)
  const row = (await at.stagesOf('fails')).find(({ stage }) => stage === 'canary')
  assert.equal(row?.exit_code, 30)
  await at.fill({
    route: 'fails',
    baseline: 'strong',
    endMs: Date.now() - 30_000,
    spanMs: 20_000,
    count: 2000,
    from: 20_000,
  })
  assert.equal(await score('fails'), 20)
  assert.match((await at.stagesOf('fails')).at(-1)?.reason ?? '', /nothing new for another \d+ h/)
})

test('a canary whose answers are worse is taken back for its quality', async () => {
  await startCanary('worse')
  const empty = sided((row) => ((Number(row.draw_u) * 1e6) % 1 < 0.3 ? { ...row, output_tokens: 0 } : row))
  await at.fill({ route: 'worse', ...recent, bent: empty })
  await score('worse')
  assert.equal(await watch('worse'), 30)
  assert.match((await at.policiesOf('worse')).at(-1)?.reason ?? '', /taken back: quality got worse/)
})

test('a canary that nobody scores for two days is held where it is', async () => {
  await startCanary('quiet')
  assert.equal(await watch('quiet'), 0)
  assert.equal(await watch('quiet', Date.now() + 2 * dayMs), 20)
  assert.equal((await at.policiesOf('quiet')).length, 2)
})

test('a watch that finds another one under way ends with 1', async () => {
  await startCanary('twice')
  const codes = await Promise.all([watch('twice'), watch('twice')])
  assert.deepEqual(codes.toSorted(), [0, 1])
})
