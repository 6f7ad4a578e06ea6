import type { HoldBack } from './route.ts'

/** `0`, `300ms`, `40tokens` or `all`, as the configuration has checked it. */
export function holdBackOf(text: string): HoldBack {
  if (text === 'all') return { kind: 'all' }
  const amount = Number.parseFloat(text)
  if (!(amount > 0)) return { kind: 'none' }
  if (text.endsWith('tokens')) return { kind: 'tokens', count: amount }
  return { kind: 'time', ms: text.endsWith('ms') ? amount : amount * 1000 }
}
