import type { ScorerVersion } from './read-scores.ts'
import type { RouteJob } from './route-job.ts'
import { gatesScorer } from './score-live.ts'

/** Whose scores of live requests count; without a scorer a name that no row has. */
export function liveScorerOf({ scorer, judge }: Pick<RouteJob, 'scorer' | 'judge'>): ScorerVersion {
  if (scorer === 'judge') return { scorer: 'judge', version: judge?.version ?? '' }
  if (scorer === 'gates') return gatesScorer
  return typeof scorer === 'object' ? { scorer: scorer.feedback, version: '1' } : { scorer: '', version: '' }
}
