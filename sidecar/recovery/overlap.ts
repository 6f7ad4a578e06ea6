/** A model that is asked to go on from a word rarely goes back further than to the start of its sentence. */
export const overlapCharsMax = 200

/** Length of the longest end of `told`, of at most 200 characters, that `head` begins with. */
export function overlapOf(told: string, head: string): number {
  for (let length = Math.min(overlapCharsMax, told.length, head.length); length > 0; length -= 1)
    if (told.endsWith(head.slice(0, length))) return length
  return 0
}

/** With more text `head` may yet turn out to overlap with more than it does now. */
export function mayOverlapMore(told: string, head: string): boolean {
  if (head.length === 0) return true
  if (head.length >= overlapCharsMax) return false
  const tail = told.slice(-overlapCharsMax)
  // Somewhere in the tail, but not at its very end, where it overlaps already and can't grow.
  const at = tail.indexOf(head)
  return at >= 0 && at + head.length < tail.length
}
