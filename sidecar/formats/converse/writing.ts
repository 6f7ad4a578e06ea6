import { createHash } from 'node:crypto'
import type { JsonObject } from '../../../contract/json.ts'
import type { CacheMark } from '../../conversation/request.ts'
import type { Target } from '../format.ts'
import { DocumentNames } from './media.ts'
import { type ModelTraits, modelTraits } from './models.ts'

/** Bedrock's own limit on cache points in a request. */
const cachePointsMax = 4

/** What writing one request must remember across its parts. */
export class Writing {
  readonly target: Target
  readonly traits: ModelTraits
  readonly documentNames = new DocumentNames()
  readonly dropped: Set<string>
  #cachePoints = 0

  constructor(target: Target, dropped: readonly string[]) {
    this.target = target
    this.traits = modelTraits(target)
    this.dropped = new Set(dropped)
  }

  drop(name: string): void {
    this.dropped.add(name)
  }

  /** The block that follows a marked one: nothing when there is no mark or the model takes none. */
  cachePoint(mark: CacheMark | undefined): readonly JsonObject[] {
    if (mark === undefined) return []
    if (!this.traits.cachePoints || this.#cachePoints >= cachePointsMax) {
      this.drop('cache_control')
      return []
    }
    this.#cachePoints += 1
    // Five minutes is the default, so only the hour is said. Half an hour is no choice here.
    if (mark.ttl === '30m') this.drop('cache_control.ttl')
    return [{ cachePoint: { type: 'default', ...(mark.ttl === '1h' ? { ttl: '1h' } : {}) } }]
  }
}

/** Bedrock takes 64 plain characters; ids of other vendors are longer or have more kinds of them. */
export function toolUseId(id: string): string {
  if (/^[A-Za-z0-9_-]{1,64}$/.test(id)) return id
  const hash = createHash('sha256').update(id).digest('hex').slice(0, 16)
  return `${id.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 47)}_${hash}`
}
