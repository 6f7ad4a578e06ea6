/** Keccak-256 as Ethereum uses it (the padding from before SHA-3), of texts up to 135 bytes: for checking addresses. */

const mask = 0xffff_ffff_ffff_ffffn
const rounds = 24

const rotate = (lane: bigint, by: bigint) => ((lane << by) | (lane >> (64n - by))) & mask

/** One bit of a shift register decides each bit of the round constants. */
function roundConstants(): bigint[] {
  const constants: bigint[] = []
  let register = 1
  for (let round = 0; round < rounds; round += 1) {
    let constant = 0n
    for (let bit = 0; bit < 7; bit += 1) {
      if ((register & 1) === 1) constant |= 1n << ((1n << BigInt(bit)) - 1n)
      register = register & 0x80 ? ((register << 1) ^ 0x171) & 0xff : register << 1
    }
    constants.push(constant)
  }
  return constants
}

function permute(state: bigint[], constants: readonly bigint[]): void {
  const lane = (index: number) => state[index] ?? 0n
  for (const constant of constants) {
    const columns = [0, 1, 2, 3, 4].map(
      (x) => lane(x) ^ lane(x + 5) ^ lane(x + 10) ^ lane(x + 15) ^ lane(x + 20),
    )
    for (let index = 0; index < 25; index += 1) {
      const x = index % 5
      state[index] = lane(index) ^ (columns[(x + 4) % 5] ?? 0n) ^ rotate(columns[(x + 1) % 5] ?? 0n, 1n)
    }
    let [x, y] = [1, 0]
    let current = lane(1)
    for (let turn = 0; turn < 24; turn += 1) {
      ;[x, y] = [y, (2 * x + 3 * y) % 5]
      const next = lane(x + 5 * y)
      state[x + 5 * y] = rotate(current, BigInt((((turn + 1) * (turn + 2)) / 2) % 64))
      current = next
    }
    for (let row = 0; row < 25; row += 5) {
      const five = state.slice(row, row + 5)
      for (let column = 0; column < 5; column += 1)
        state[row + column] =
          (five[column] ?? 0n) ^ (~(five[(column + 1) % 5] ?? 0n) & mask & (five[(column + 2) % 5] ?? 0n))
    }
    state[0] = lane(0) ^ constant
  }
}

const rate = 136

export function keccak256(text: string): Buffer {
  const block = Buffer.alloc(rate)
  const length = block.write(text, 'latin1')
  block[length] = (block[length] ?? 0) ^ 1
  block[rate - 1] = (block[rate - 1] ?? 0) ^ 0x80
  const state: bigint[] = Array.from({ length: 25 }, (_, index) =>
    index * 8 < rate ? block.readBigUInt64LE(index * 8) : 0n,
  )
  permute(state, roundConstants())
  const digest = Buffer.alloc(32)
  for (let index = 0; index < 4; index += 1) digest.writeBigUInt64LE(state[index] ?? 0n, index * 8)
  return digest
}
