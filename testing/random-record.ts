import {
  type AttemptRow,
  attemptColumns,
  type ColumnType,
  type LedgerRecord,
  type RequestRow,
  requestColumns,
} from '../contract/record.ts'
import type { Random } from './random.ts'

const texts = [
  '',
  'a',
  'checkout',
  'de-DE',
  'é€😀',
  '"quoted"\\',
  '\u0000\n\u2028',
  '\ud800',
  'x'.repeat(300),
]

/** A record with any value that the types of its columns allow. */
export function randomRecord(random: Random, attempts = random.int(3)): LedgerRecord {
  return {
    request: randomRow(requestColumns, random) as RequestRow,
    attempts: Array.from({ length: attempts }, () => randomRow(attemptColumns, random) as AttemptRow),
  }
}

export function randomRow(
  columns: Readonly<Record<string, { readonly type: ColumnType }>>,
  random: Random,
): unknown {
  return Object.fromEntries(
    Object.entries(columns).map(([name, { type }]) => [name, randomValue(type, random)]),
  )
}

function randomValue(type: ColumnType, random: Random): unknown {
  switch (type) {
    case 'time':
    case 'u8':
    case 'u16':
    case 'u32':
    case 'u64':
      return random.int(2 ** 31)
    case 'float':
    case 'ms':
      return random.next()
    case 'float?':
    case 'ms?':
      return random.chance(0.5) ? null : random.next()
    case 'bool':
      return random.chance(0.5)
    case 'money':
      return money(random)
    case 'money?':
      return random.chance(0.5) ? null : money(random)
    case 'date':
      return '2026-11-24'
    case 'uuid':
      return `0199a7b2-7c1e-7abc-8def-${random.bytes(6).toString('hex')}`
    case 'hex32':
      return random.bytes(16).toString('hex')
    case 'label':
    case 'text':
    case 'document':
      return random.pick(texts)
    case 'labels':
      return list(random, () => random.pick(texts))
    case 'floats':
      return list(random, () => random.next())
    case 'label_map':
      return Object.fromEntries(list(random, () => [`k${random.int(9)}`, random.pick(texts)] as const))
    case 'count_map':
    case 'amount_map':
      return Object.fromEntries(list(random, () => [`k${random.int(9)}`, random.int(1000)] as const))
    default: {
      const unknown: never = type
      return unknown
    }
  }
}

function money(random: Random): string {
  return `${random.int(100)}.${String(random.int(1_000_000_000)).padStart(12, '0')}`
}

function list<T>(random: Random, item: () => T): T[] {
  return Array.from({ length: random.int(4) }, item)
}
