const requestsLeast = 30
const segmentsMost = 64
const rest = 'other'

/** Where a segment is counted: by itself unless it is in the map. */
export type Merge = Readonly<Record<string, string>>

/**
 * Segments too small to learn from join the one without their last key; the smallest of too many are one. What the
 * policy in force has `merged` stays so: sidecars record the segment they merged into, and nobody counts the parts.
 */
export function mergeOf(traffic: ReadonlyMap<string, number>, merged: Merge = {}): Merge {
  const groups = new Map<string, { requests: number; members: string[] }>()
  const join = (name: string, requests: number, members: readonly string[]) => {
    const group = groups.get(name) ?? { requests: 0, members: [] }
    groups.set(name, { requests: group.requests + requests, members: [...group.members, ...members] })
  }
  for (const [segment, requests] of [...traffic].sort(byName))
    join(mergedInto(merged, segment), requests, [segment])
  const deepest = Math.max(1, ...[...groups.keys()].map(depthOf))
  // Deepest first, so that what joins its parent is there when the parent's turn comes.
  for (let depth = deepest; depth > 0; depth -= 1) {
    const small = [...groups].filter(
      ([name, { requests }]) => name !== '' && depthOf(name) === depth && requests < requestsLeast,
    )
    for (const [name, { requests, members }] of small) {
      groups.delete(name)
      join(parentOf(name), requests, members)
    }
  }
  const order = [...groups].sort(([a, one], [b, other]) => other.requests - one.requests || (a < b ? -1 : 1))
  const merge: Record<string, string> = Object.create(null)
  for (const [index, [name, { members }]] of order.entries()) {
    const into = order.length > segmentsMost && index >= segmentsMost - 1 ? rest : name
    for (const member of [name, ...members]) if (member !== into) merge[member] = into
  }
  for (const [member, into] of Object.entries(merged)) merge[member] = mergedInto(merge, into)
  return merge
}

export function mergedInto(merge: Merge, segment: string): string {
  return Object.hasOwn(merge, segment) ? (merge[segment] ?? segment) : segment
}

function depthOf(segment: string): number {
  return segment.split('|').length
}

function byName([a]: readonly [string, number], [b]: readonly [string, number]): number {
  return a < b ? -1 : 1
}

/** Empty keys at the end are left off, as in the request's own segment. */
function parentOf(segment: string): string {
  return segment.split('|').slice(0, -1).join('|').replace(/\|+$/, '')
}
