import type { HumanLabel } from '../judge/labels.ts'
import { at, dayMs } from './population.ts'
import type { EvalStore } from './store.ts'

/** Texts are kept for two weeks, and who is asked has to see them. */
const days = 14

/** Pairs whose verdict did not survive the other order first: where the judge is least sure a person says most. */
const query = `
SELECT toString(route) AS route, pair_id AS pair, item, toString(candidate) AS candidate, toString(reason) AS verdict
FROM {database:Identifier}.scores FINAL
WHERE route IN {routes:Array(String)} AND scorer = 'judge_pair' AND scorer_version = {version:String} AND score IS NOT NULL
  AND ts >= ${at('since')}
ORDER BY splitByChar(' ', toString(reason))[1] != splitByChar(' ', toString(reason))[2] DESC, cityHash64(pair_id, candidate)
LIMIT 20000`

export interface AskedLabel {
  readonly request_id?: string
  readonly item?: string
  readonly route: string
  readonly candidate: string
  readonly score: null
  readonly rater: ''
}

export async function labelsWanted(
  store: EvalStore,
  of: {
    readonly routes: readonly string[]
    readonly count: number
    readonly version: string
    readonly labels: readonly HumanLabel[]
    readonly nowMs: number
  },
): Promise<AskedLabel[]> {
  const rows = await store.rows<{ route: string; pair: string; item: string; candidate: string }>(query, {
    routes: of.routes,
    version: of.version,
    since: of.nowMs - days * dayMs,
  })
  const known = new Set(of.labels.map(({ subject, candidate }) => `${subject} ${candidate}`))
  const open = rows.filter(({ pair, item, candidate }) => !known.has(`${item || pair} ${candidate}`))
  return spread(open, of.count).map(({ route, pair, item, candidate }) => ({
    ...(item === '' ? { request_id: pair } : { item }),
    route,
    candidate,
    score: null,
    rater: '',
  }))
}

/** As many of each candidate: the correction is one of each. */
function spread<Row extends { readonly candidate: string }>(rows: readonly Row[], count: number): Row[] {
  const byCandidate = Map.groupBy(rows, ({ candidate }) => candidate)
  const chosen: Row[] = []
  for (let turn = 0; chosen.length < count && turn < rows.length; turn += 1)
    for (const [, own] of byCandidate) {
      const row = own[turn]
      if (row !== undefined && chosen.length < count) chosen.push(row)
    }
  return chosen
}
