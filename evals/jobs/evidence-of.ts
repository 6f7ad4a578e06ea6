import { noMoments } from '../estimators/moments.ts'
import { type Cell, type Evidence, noCell, type Rectifier } from '../evidence.ts'
import type { LiveScores, PairedScores } from './read-scores.ts'
import type { Traffic } from './read-traffic.ts'

/** What was read, as the loop wants it. */
export function evidenceOf(
  traffic: Traffic,
  live: LiveScores,
  paired: PairedScores,
  rectifiers: ReadonlyMap<string, Rectifier>,
): Evidence {
  return {
    traffic: traffic.perDay,
    cell: (segment, candidate): Cell => ({
      ...noCell,
      ...traffic.cells.get(segment)?.get(candidate),
      live: live.cells.get(segment)?.get(candidate) ?? noMoments,
      paired: paired.cells.get(segment)?.get(candidate) ?? noMoments,
    }),
    rectifier: (candidate) => rectifiers.get(candidate),
    durationP95Ms: (candidate) => traffic.p95.get(candidate),
  }
}
