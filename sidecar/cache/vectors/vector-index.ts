import { norm, simHash, simHashWords } from './quantise.ts'

export interface Neighbour<E> {
  readonly entry: E
  readonly cosine: number
}

/** Numbers that are multiplied in half a millisecond: what has more is looked up by its hashes first. */
const scanMax = 400_000
/** Most scopes are one customer's, and small. */
const firstPlaces = 4
/** Taken from the hashes and measured exactly. */
const rescored = 100
/** Left after the first quarter of the hash. */
const firstMax = 4000

/** Vectors of one scope and one embedder in one array, removed ones to be filled again. */
export class VectorIndex<E> {
  readonly dimensions: number
  #vectors: Int8Array
  #norms: Float32Array
  #hashes: Int32Array
  /** The first two words of each hash, side by side. */
  #firsts: Int32Array
  #scratch: Uint8Array
  #entries: (E | undefined)[] = []
  readonly #free: number[] = []

  constructor(dimensions: number) {
    this.dimensions = dimensions
    this.#vectors = new Int8Array(firstPlaces * dimensions)
    this.#norms = new Float32Array(firstPlaces)
    this.#hashes = new Int32Array(firstPlaces * simHashWords)
    this.#firsts = new Int32Array(firstPlaces * 2)
    this.#scratch = new Uint8Array(firstPlaces)
  }

  get size(): number {
    return this.#entries.length - this.#free.length
  }

  /** Bytes held, free places among them. */
  get bytes(): number {
    return (
      this.#vectors.byteLength + this.#norms.byteLength + this.#hashes.byteLength + this.#firsts.byteLength
    )
  }

  add(vector: Int8Array, entry: E): number {
    const at = this.#free.pop() ?? this.#entries.length
    this.#grow(at + 1)
    this.#vectors.set(vector.subarray(0, this.dimensions), at * this.dimensions)
    this.#norms[at] = norm(vector)
    simHash(vector, this.#hashes, at * simHashWords)
    this.#firsts.set(this.#hashes.subarray(at * simHashWords, at * simHashWords + 2), at * 2)
    this.#entries[at] = entry
    return at
  }

  remove(at: number): void {
    if (this.#entries[at] === undefined) return
    this.#entries[at] = undefined
    this.#norms[at] = 0
    this.#free.push(at)
  }

  nearest(vector: Int8Array, count: number): Neighbour<E>[] {
    const own = norm(vector)
    if (own === 0 || vector.length !== this.dimensions) return []
    const places = this.#entries.length * this.dimensions <= scanMax ? undefined : this.#byHash(vector)
    const best = new Best(count)
    if (places === undefined)
      for (let at = 0; at < this.#entries.length; at += 1) best.offer(at, this.#cosine(vector, at, own))
    else
      for (let n = 0; n < places.length; n += 1)
        best.offer(places[n] as number, this.#cosine(vector, places[n] as number, own))
    return best.items.flatMap(({ at, value }) => {
      const entry = this.#entries[at]
      return entry === undefined ? [] : [{ entry, cosine: value }]
    })
  }

  #cosine(vector: Int8Array, at: number, own: number): number {
    const other = this.#norms[at] ?? 0
    if (other === 0) return -1
    const from = at * this.dimensions
    const vectors = this.#vectors
    let dot = 0
    for (let index = 0; index < vector.length; index += 1)
      dot += (vector[index] as number) * (vectors[from + index] as number)
    return dot / (own * other)
  }

  /** Those that differ in the fewest bits: by the first quarter of the hash, then by all of it among what is left. */
  #byHash(vector: Int8Array): Uint32Array {
    const own = new Int32Array(simHashWords)
    simHash(vector, own, 0)
    return this.#byAll(own, this.#byFirst(own[0] as number, own[1] as number))
  }

  #byFirst(a: number, b: number): Uint32Array {
    const first = this.#firsts
    const differing = this.#scratch
    const count = this.#entries.length
    const byBits = new Uint32Array(65)
    for (let at = 0; at < count; at += 1) {
      const bits = ones((first[at * 2] as number) ^ a) + ones((first[at * 2 + 1] as number) ^ b)
      differing[at] = bits
      byBits[bits] = (byBits[bits] as number) + 1
    }
    const least = boundFor(byBits, firstMax)
    const found = new Uint32Array(Math.min(count, firstMax * 2))
    let filled = 0
    for (let at = 0; at < count && filled < found.length; at += 1)
      if ((differing[at] as number) < least) found[filled++] = at
    return found.subarray(0, filled)
  }

  #byAll(own: Int32Array, among: Uint32Array): Uint32Array {
    const hashes = this.#hashes
    const differing = this.#scratch
    const byBits = new Uint32Array(257)
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = own
    for (let n = 0; n < among.length; n += 1) {
      const from = (among[n] as number) * simHashWords
      const bits =
        ones((hashes[from] as number) ^ a) +
        ones((hashes[from + 1] as number) ^ b) +
        ones((hashes[from + 2] as number) ^ c) +
        ones((hashes[from + 3] as number) ^ d) +
        ones((hashes[from + 4] as number) ^ e) +
        ones((hashes[from + 5] as number) ^ f) +
        ones((hashes[from + 6] as number) ^ g) +
        ones((hashes[from + 7] as number) ^ h)
      // More than 255 of 256 is as far as can be.
      differing[n] = Math.min(255, bits)
      byBits[bits] = (byBits[bits] as number) + 1
    }
    const least = boundFor(byBits, rescored)
    const found = new Uint32Array(Math.min(among.length, rescored * 2))
    let filled = 0
    for (let n = 0; n < among.length && filled < found.length; n += 1)
      if ((differing[n] as number) < least) found[filled++] = among[n] as number
    return found.subarray(0, filled)
  }

  #grow(count: number): void {
    if (count <= this.#norms.length) return
    const more = Math.max(count, this.#norms.length * 2)
    const vectors = new Int8Array(more * this.dimensions)
    vectors.set(this.#vectors)
    const norms = new Float32Array(more)
    norms.set(this.#norms)
    const hashes = new Int32Array(more * simHashWords)
    hashes.set(this.#hashes)
    const firsts = new Int32Array(more * 2)
    firsts.set(this.#firsts)
    this.#firsts = firsts
    this.#scratch = new Uint8Array(more)
    ;[this.#vectors, this.#norms, this.#hashes] = [vectors, norms, hashes]
  }
}

/** The number of bits below which at least so many lie. */
function boundFor(byBits: Uint32Array, wanted: number): number {
  let bound = 0
  for (let sum = 0; bound < byBits.length && sum < wanted; bound += 1) sum += byBits[bound] as number
  return bound
}

function ones(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555)
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333)
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

/** The few best, best first. */
class Best {
  readonly items: { at: number; value: number }[] = []
  readonly #count: number

  constructor(count: number) {
    this.#count = count
  }

  offer(at: number, value: number): void {
    const { items } = this
    if (items.length >= this.#count && value <= (items.at(-1)?.value ?? -1)) return
    let place = items.length
    while (place > 0 && (items[place - 1]?.value ?? 0) < value) place -= 1
    items.splice(place, 0, { at, value })
    if (items.length > this.#count) items.pop()
  }
}
