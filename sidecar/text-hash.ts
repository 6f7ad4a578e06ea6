/**
 * 32 bits of a short text, well mixed: for spreading things over few places, never for secrets. FNV-1a with the
 * last steps of murmur3, without which texts that differ in their last letter land side by side.
 */
export function textHash(text: string, seed: number): number {
  let hash = 0x811c9dc5 ^ seed
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
