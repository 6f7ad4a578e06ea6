import { Terciles } from '../prompt/complexity.ts'
import { PrefixAffinity } from './affinity.ts'
import { Sessions } from './escalation.ts'
import { Learned } from './learned.ts'
import { StickyUnits } from './sticky.ts'
import { Units } from './units.ts'

const unitsMax = 100_000
const sessionsMax = 10_000

/** What routing remembers of earlier requests. All of it is bounded; losing it costs a new draw, never an answer. */
export interface RoutingMemory {
  readonly units: Units
  readonly sticky: StickyUnits
  readonly learned: Learned
  readonly affinity: PrefixAffinity
  readonly sessions: Sessions
  readonly terciles: Terciles
}

export function createRoutingMemory(): RoutingMemory {
  return {
    units: new Units(unitsMax),
    sticky: new StickyUnits(unitsMax),
    learned: new Learned(),
    affinity: new PrefixAffinity(),
    sessions: new Sessions(sessionsMax),
    terciles: new Terciles(),
  }
}
