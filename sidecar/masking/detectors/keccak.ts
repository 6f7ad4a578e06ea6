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

/** One permutation of `state`; the other two are room to work in. */
function permute(state: Int32Array, { constants, targets, turns }: Tables, room: Room): void {
  const { columns, moved } = room
  for (let round = 0; round < rounds; round += 1) {
    mixColumns(state, columns)
    for (let lane = 0; lane < lanes; lane += 1) {
      const low = state[2 * lane] as number
      const high = state[2 * lane + 1] as number
      const target = 2 * (targets[lane] as number)
      const turn = turns[lane] as number
      const by = turn & 31
      // A turn by 32 or more swaps the halves; a shift by 32 would be none, so nothing to turn stands apart.
      const one = turn < 32 ? low : high
      const other = turn < 32 ? high : low
      moved[target] = by === 0 ? one : (one << by) | (other >>> (32 - by))
      moved[target + 1] = by === 0 ? other : (other << by) | (one >>> (32 - by))
    }
    for (let row = 0; row < 2 * lanes; row += 10)
      for (let half = 0; half < 10; half += 1) {
        const next = moved[row + ((half + 2) % 10)] as number
        const after = moved[row + ((half + 4) % 10)] as number
        state[row + half] = (moved[row + half] as number) ^ (~next & after)
      }
    state[0] = (state[0] as number) ^ (constants[2 * round] as number)
    state[1] = (state[1] as number) ^ (constants[2 * round + 1] as number)
  }
}

/** Each lane is added to the parity of the columns beside it. */
function mixColumns(state: Int32Array, columns: Int32Array): void {
  for (let half = 0; half < 10; half += 1) {
    let parity = 0
    for (let row = half; row < 2 * lanes; row += 10) parity ^= state[row] as number
    columns[half] = parity
  }
  for (let column = 0; column < 10; column += 2) {
    const left = (column + 8) % 10
    const right = (column + 2) % 10
    const rightLow = columns[right] as number
    const rightHigh = columns[right + 1] as number
    const low = (columns[left] as number) ^ ((rightLow << 1) | (rightHigh >>> 31))
    const high = (columns[left + 1] as number) ^ ((rightHigh << 1) | (rightLow >>> 31))
    for (let row = column; row < 2 * lanes; row += 10) {
      state[row] = (state[row] as number) ^ low
      state[row + 1] = (state[row + 1] as number) ^ high
    }
  }
}

interface Room {
  readonly columns: Int32Array
  readonly moved: Int32Array
}

export type Keccak = (text: string) => Buffer

export function createKeccak(): Keccak {
  const tables = createTables()
  const room = { columns: new Int32Array(10), moved: new Int32Array(2 * lanes) }
  return (text) => {
    const block = Buffer.alloc(rate)
    const length = block.write(text, 'latin1')
    block[length] = (block[length] ?? 0) ^ 1
    block[rate - 1] = (block[rate - 1] ?? 0) ^ 0x80
    const state = new Int32Array(2 * lanes)
    for (let index = 0; index < rate / 4; index += 1) state[index] = block.readInt32LE(4 * index)
    permute(state, tables, room)
    const digest = Buffer.alloc(32)
    for (let index = 0; index < 8; index += 1) digest.writeInt32LE(state[index] ?? 0, 4 * index)
    return digest
  }
}
