import type { RouteJob } from './route-job.ts'
import { sampleOf } from './sample.ts'
import { scoresIn, windowOf } from './window.ts'

const judgeChars = 8_000

/** What a run would ask and what that would cost, before anything is asked. */
export async function planOf(job: RouteJob): Promise<string> {
  const { store, settings, golden, judge, priceOf } = job
  const { route, candidates, scores } = settings
  const window = await windowOf(store, { route, sinceMs: job.sinceMs, nowMs: job.nowMs, maturityMs: 0 })
  const sample = await sampleOf(store, {
    route,
    window,
    budget: scoresIn(window, scores),
    seed: job.seed,
    by: 'candidate',
  })
  const quoted = job.scorer === 'judge' ? (job.judgeQuote(judgeChars) ?? Number.NaN) * sample.rows.length : 0
  const items = candidates.reduce(
    (sum, id) => sum + (priceOf(id, { input: 500, output: 500 }) ?? Number.NaN),
    0,
  )
  const usd = (amount: number) => (Number.isNaN(amount) ? 'an unknown price' : `about $${amount.toFixed(4)}`)
  return [
    `${route}: ${sample.rows.length} of ${sample.available} requests would be scored${judge === undefined ? '' : ` (${usd(quoted)})`}`,
    `  ${golden.length} golden items × ${candidates.length} candidates at most (${usd(items * golden.length)}); limit $${job.purse.limitUsd}`,
  ].join('\n')
}
