import { hash } from 'node:crypto'
import type { Span } from '../span.ts'
import { createKeccak, type Keccak } from './keccak.ts'

const base58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
const bech32 = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const candidates =
  /(?<![0-9A-Za-z])(?:[13][1-9A-HJ-NP-Za-km-z]{24,33}|bc1[0-9a-z]{11,71}|BC1[0-9A-Z]{11,71}|0x[0-9a-fA-F]{40})(?![0-9A-Za-z])/g

/** Addresses of Bitcoin and Ethereum; their checksums leave no doubt. */
export function createWallets(): (text: string, found: Span[]) => void {
  const keccak = createKeccak()
  return (text, found) => findWallets(text, keccak, found)
}

function findWallets(text: string, keccak: Keccak, found: Span[]): void {
  for (const match of text.matchAll(candidates)) {
    if (isWallet(match[0], keccak))
      found.push({ start: match.index, end: match.index + match[0].length, type: 'CRYPTO', score: 0.95 })
  }
}

function isWallet(address: string, keccak: Keccak): boolean {
  if (address.startsWith('0x')) return isEthereum(address.slice(2), keccak)
  return /^bc1/i.test(address) ? isBech32(address.toLowerCase()) : isBase58Check(address)
}

const digitsEnd = 58
const smallFrom = 97

/** Capitals are the checksum where both cases occur. */
function isEthereum(hex: string, keccak: Keccak): boolean {
  if (/^(.)\1+$/.test(hex)) return false
  const lower = hex.toLowerCase()
  if (hex === lower || hex === hex.toUpperCase()) return true
  const digest = keccak(lower)
  for (let index = 0; index < hex.length; index += 1) {
    const code = hex.charCodeAt(index)
    if (code < digitsEnd) continue
    const byte = digest[index >> 1] ?? 0
    const wantsCapital = ((index & 1) === 0 ? byte >> 4 : byte & 15) > 7
    if (wantsCapital !== code < smallFrom) return false
  }
  return true
}

const versionBytes = 21
const checkBytes = 4

function isBase58Check(address: string): boolean {
  let value = 0n
  for (const letter of address) value = value * 58n + BigInt(base58.indexOf(letter))
  const bytes = Buffer.from(value.toString(16).padStart(2 * (versionBytes + checkBytes), '0'), 'hex')
  if (bytes.length !== versionBytes + checkBytes || (bytes[0] !== 0 && bytes[0] !== 5)) return false
  const once = hash('sha256', bytes.subarray(0, versionBytes), 'buffer')
  return hash('sha256', once, 'buffer').subarray(0, checkBytes).equals(bytes.subarray(versionBytes))
}

const generators = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]
/** The constant of bech32, and the one of bech32m that later versions use. */
const endings = [1, 0x2bc830a3]

function isBech32(address: string): boolean {
  // The prefix `bc`, expanded: high bits, zero, low bits.
  const values = [3, 3, 0, 2, 3, ...Array.from(address.slice(3), (letter) => bech32.indexOf(letter))]
  if (values.includes(-1)) return false
  let check = 1
  for (const value of values) {
    const top = check >>> 25
    check = ((check & 0x1ffffff) << 5) ^ value
    for (const [bit, generator] of generators.entries()) if ((top >>> bit) & 1) check ^= generator
  }
  return endings.includes(check)
}
