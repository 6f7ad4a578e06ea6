/**
 * Keccak-256 as Ethereum uses it (the padding from before SHA-3), of texts up to 135 bytes: for checking addresses. Lanes
 * of 64 bits are pairs of 32, low half first: big integers take thirty times as long.
 */

const rounds = 24
const lanes = 25
const rate = 136

interface Tables {
  /** Pairs, one per round. */
  readonly constants: Int32Array
  /** Where each lane goes, and by how many bits it turns. */
  readonly targets: Uint8Array
  readonly turns: Uint8Array
}

/** One bit of a shift register decides each bit of the round constants. */
function roundConstants(): Int32Array {
  const constants = new Int32Array(2 * rounds)
  let register = 1
  for (let round = 0; round < rounds; round += 1) {
    for (let bit = 0; bit < 7; bit += 1) {
      const place = 2 ** bit - 1
      const half = 2 * round + (place > 31 ? 1 : 0)
      if ((register & 1) === 1) constants[half] = (constants[half] ?? 0) | (1 << (place % 32))
      register = register & 0x80 ? ((register << 1) ^ 0x171) & 0xff : register << 1
    }
  }
  return constants
}

function createTables(): Tables {
  const targets = new Uint8Array(lanes)
  const turns = new Uint8Array(lanes)
  let [x, y] = [1, 0]
  for (let turn = 0; turn < 24; turn += 1) {
    turns[x + 5 * y] = (((turn + 1) * (turn + 2)) / 2) % 64
    ;[x, y] = [y, (2 * x + 3 * y) % 5]
  }
  for (let lane = 0; lane < lanes; lane += 1) {
    const [column, row] = [lane % 5, Math.floor(lane / 5)]
    targets[lane] = row + 5 * ((2 * column + 3 * row) % 5)
  }
  return { constants: roundConstants(), targets, turns }
}

/** The half `which` (0 low, 1 high) of a lane that is turned left. */
function turned(low: number, high: number, by: number, which: number): number {
  const isSwapped = by >= 32
  const [one, other] = isSwapped === (which === 0) ? [high, low] : [low, high]
  const rest = by % 32
  return rest === 0 ? one : (one << rest) | (other >>> (32 - rest))
}

function permute(state: Int32Array, { constants, targets, turns }: Tables): void {
  const at = (list: Int32Array, index: number) => list[index] ?? 0
  const columns = new Int32Array(10)
  const moved = new Int32Array(2 * lanes)
  for (let round = 0; round < rounds; round += 1) {
    for (let half = 0; half < 10; half += 1)
      columns[half] =
        at(state, half) ^
        at(state, half + 10) ^
        at(state, half + 20) ^
        at(state, half + 30) ^
        at(state, half + 40)
    for (let lane = 0; lane < lanes; lane += 1) {
      const left = 2 * ((lane + 4) % 5)
      const right = 2 * ((lane + 1) % 5)
      const low =
        at(state, 2 * lane) ^ at(columns, left) ^ turned(at(columns, right), at(columns, right + 1), 1, 0)
      const high =
        at(state, 2 * lane + 1) ^
        at(columns, left + 1) ^
        turned(at(columns, right), at(columns, right + 1), 1, 1)
      const target = 2 * (targets[lane] ?? 0)
      moved[target] = turned(low, high, turns[lane] ?? 0, 0)
      moved[target + 1] = turned(low, high, turns[lane] ?? 0, 1)
    }
    for (let half = 0; half < 2 * lanes; half += 1) {
      const row = half - (half % 10)
      const next = row + ((half + 2) % 10)
      const after = row + ((half + 4) % 10)
      state[half] = at(moved, half) ^ (~at(moved, next) & at(moved, after))
    }
    state[0] = at(state, 0) ^ at(constants, 2 * round)
    state[1] = at(state, 1) ^ at(constants, 2 * round + 1)
  }
}

export type Keccak = (text: string) => Buffer

export function createKeccak(): Keccak {
  const tables = createTables()
  return (text) => {
    const block = Buffer.alloc(rate)
    const length = block.write(text, 'latin1')
    block[length] = (block[length] ?? 0) ^ 1
    block[rate - 1] = (block[rate - 1] ?? 0) ^ 0x80
    const state = new Int32Array(2 * lanes)
    for (let index = 0; index < rate / 4; index += 1) state[index] = block.readInt32LE(4 * index)
    permute(state, tables)
    const digest = Buffer.alloc(32)
    for (let index = 0; index < 8; index += 1) digest.writeInt32LE(state[index] ?? 0, 4 * index)
    return digest
  }
}
